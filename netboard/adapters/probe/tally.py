"""What a sweep has found out about each address of its range, and what of it is still to be told.

A `place` is an address as a number. Times are nanoseconds of the wall clock.
"""

import socket
from collections.abc import Iterable
from typing import Final, Literal, TypedDict

Method = Literal["arp", "ndp", "icmp", "tcp"]
Port = Literal["open", "closed", "silent"]
_LONGEST: Final = 60e6
_GUESS: Final = 20e3
"""Microseconds: beyond these the wall clock was changed meanwhile, and nobody knows the round-trip time."""


class Answer(TypedDict):
    """What one address said; the fields mean what those of `core.probes.model.Result` do."""

    address: str
    alive: bool
    method: Method | None
    rtt_us: float | None
    macs: list[str]
    ports: dict[str, Port]
    duplicates: int
    late: bool
    wrong_sender: str


class Entry:
    """One address that is known or that answered."""

    __slots__ = ("answers", "late", "macs", "method", "ports", "rough", "rtt", "wrong")

    def __init__(self) -> None:
        self.method: Method | None = None
        self.rtt: float | None = None
        self.macs: list[str] = []
        self.answers: dict[tuple[Method, str], int] = {}
        """How often it answered, by method and MAC."""
        self.ports: dict[str, Port] = {}
        self.late = False
        self.wrong = ""
        self.rough = False
        """Whether the round-trip time is from a guessed time of sending."""


class Tally:
    """Counts what is sent and heard. `six`: of IPv6; `known`: expected addresses with their MACs, empty if unknown."""

    def __init__(self, six: bool, known: dict[int, str], counts: frozenset[Method]) -> None:
        """`counts`: the methods by which an address is found alive; others only tell more of it."""
        self.six = six
        self._counts = counts
        self.known = known
        self.entries: dict[int, Entry] = {place: Entry() for place in known}
        self.slowest = 0.0
        """The longest round trip seen, in microseconds."""
        self.patience = 0.0
        """Microseconds after which an answer counts as late; 0: not yet decided."""
        self.guessing = False
        """Whether the times of sending are guessed now."""
        self._changed: set[int] = set()
        self._owners: dict[str, int] = {mac: place for place, mac in known.items() if mac}
        self._sends: dict[tuple[Method, int], int] = {}
        self._last: dict[Method, dict[int, int]] = {}
        self._before: dict[int, int] = {}

    def address(self, place: int) -> str:
        """An address in words."""
        if self.six:
            return socket.inet_ntop(socket.AF_INET6, place.to_bytes(16, "big"))
        return socket.inet_ntoa(place.to_bytes(4, "big"))

    def alive(self, place: int) -> bool:
        """Whether somebody answered for this address."""
        entry = self.entries.get(place)
        return entry is not None and entry.method is not None

    def answered(self, place: int, method: Method) -> bool:
        """Whether somebody answered for this address to this method."""
        entry = self.entries.get(place)
        return entry is not None and any(kind == method for kind, _ in entry.answers)

    def mac(self, place: int) -> str:
        """The MAC to ask this address at: the one that answered first, else the known one; empty: none."""
        entry = self.entries.get(place)
        return entry.macs[0] if entry and entry.macs else self.known.get(place, "")

    def rough(self, method: Method) -> list[int]:
        """Which addresses answered to this method after a question whose time was only guessed."""
        return [place for place, entry in self.entries.items() if entry.rough and entry.method == method]

    def silent_known(self, places: Iterable[int], method: Method) -> list[int]:
        """Which of these are known and have not answered to this method."""
        return [place for place in places if place in self.known and not self.answered(place, method)]

    def sending(self, method: Method, place: int, at: int) -> None:
        """A frame that asks for this address was sent at that time, or soon after."""
        sent = self._last.setdefault(method, {})
        if place in sent:
            self._before[place] = sent[place]
            key = method, place
            self._sends[key] = self._sends.get(key, 1) + 1
        sent[place] = at

    def stamped(self, method: Method, place: int, at: int) -> None:
        """The kernel's own time of a frame that `sending` told of."""
        sent = self._last.setdefault(method, {})
        before = self._before.get(place)
        if before is not None and abs(before - at) < abs(sent[place] - at):
            self._before[place] = at
        else:
            sent[place] = at

    def heard(self, method: Method, place: int, mac: str, at: int, sent: int = 0) -> None:
        """An answer for this address. `sent`: when its question went, where the answer itself says which it was."""
        last = self._last.get(method, {}).get(place, 0)
        if not last:
            return  # nobody asked
        if not sent:
            sent = last if last <= at else self._before.get(place, last)
        entry = self.entries.setdefault(place, Entry())
        key = method, mac
        entry.answers[key] = entry.answers.get(key, 0) + 1
        if mac and mac not in entry.macs:
            entry.macs.append(mac)
            owner = self._owners.get(mac)
            if owner not in (None, place) and self.known.get(place) != mac:
                entry.wrong = self.address(owner or 0)
        if method in self._counts and entry.method is None:
            entry.method, entry.rough = method, self.guessing
            self._time(entry, at - sent)
        elif entry.rough and method == entry.method and not self.guessing:
            entry.rough = False
            self._time(entry, at - sent)
        self._changed.add(place)

    def present(self, place: int, method: Method, mac: str) -> None:
        """An address of the namespace itself: nobody has to answer for it."""
        entry = self.entries.setdefault(place, Entry())
        entry.method = entry.method or method
        entry.answers[method, mac] = 0
        if mac and mac not in entry.macs:
            entry.macs.append(mac)
        self._owners.setdefault(mac, place)
        self._changed.add(place)

    def stands_in(self, place: int, sender: str) -> None:
        """Another address answered what this one was asked."""
        entry = self.entries.setdefault(place, Entry())
        entry.wrong = sender
        self._changed.add(place)

    def port(self, place: int, port: int, state: Port, rtt: float | None) -> None:
        """What a TCP port of this address did, after so many microseconds. Who refuses is alive, too."""
        if state == "silent" and place not in self.entries:
            return
        entry = self.entries.setdefault(place, Entry())
        entry.ports[str(port)] = state
        if state != "silent" and entry.method is None and "tcp" in self._counts:
            entry.method, entry.rtt = "tcp", rtt
        self._changed.add(place)

    def news(self) -> list[Answer]:
        """What changed since last asked for."""
        changed, self._changed = sorted(self._changed), set()
        return [self._answer(place) for place in changed]

    def silent(self) -> list[Answer]:
        """Every known address that did not answer."""
        return [self._answer(place) for place in sorted(self.known) if not self.alive(place)]

    def _time(self, entry: Entry, elapsed: float) -> None:
        elapsed /= 1000  # a guessed time of sending may be later than the answer
        entry.rtt = max(0.0, elapsed) if -_GUESS <= elapsed <= _LONGEST else None
        if entry.rtt is not None:
            entry.late = 0 < self.patience < entry.rtt
            self.slowest = max(self.slowest, entry.rtt)

    def _answer(self, place: int) -> Answer:
        entry = self.entries[place]
        surplus = sum(
            max(0, count - self._sends.get((method, place), 1)) for (method, _), count in entry.answers.items()
        )
        return Answer(
            address=self.address(place),
            alive=entry.method is not None,
            method=entry.method,
            rtt_us=None if entry.rtt is None else round(entry.rtt, 1),
            macs=entry.macs,
            ports=entry.ports,
            duplicates=surplus,
            late=entry.late,
            wrong_sender=entry.wrong,
        )
