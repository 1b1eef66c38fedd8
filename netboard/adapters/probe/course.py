"""The course that every method takes over its addresses, whatever it sends.

known ──► all, at the pace ──► the silent once more ──► stragglers ──► known silent ones again, more patiently
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from netboard.adapters.probe.run import Hear, Run
from netboard.adapters.probe.tally import Method
from netboard.adapters.probe.wire import MOST, Frame, Heard, Wire

_SMALL: Final = 1024
"""Of so many addresses the silent ones are asked twice in any case, of more only where frames were lost."""
_BACKLOG: Final = 500
"""Frames that one batch may become when each is copied to every port: half of what the kernel queues (1,000)."""
_ROUNDS: Final = 2
"""How often known silent addresses are asked again."""
_PATIENT: Final = 0.06
"""Seconds that each of these rounds waits at least, growing with each."""


class Questions(Protocol):
    """What one method sends, and what it understands of what comes."""

    @property
    def method(self) -> Method:
        """Under which its answers are counted."""

    def first(self, places: Iterable[int]) -> Iterable[Frame]:
        """Questions to known addresses, each to nobody else if that can be."""

    def all(self, places: Iterable[int]) -> Iterable[Frame]:
        """Questions that reach whoever holds the address."""

    def take(self, heard: Heard) -> None:
        """Count an answer."""

    def renew(self, own: bytes) -> None:
        """The device's MAC as it is now: a bridge's changes with its ports, unless somebody set it."""


class Course:
    """One method's way over addresses, on one socket, which it owns."""

    def __init__(self, run: Run, wire: Wire, questions: Questions, copied: bool = True) -> None:
        """`copied`: whether each question is copied to every port of a bridge."""
        self._run = run
        self._wire = wire
        self._questions = questions
        self._copied = copied
        method, tally = questions.method, run.tally
        self.hear = Hear(
            questions.take,
            lambda place, at: tally.sending(method, place, at),
            lambda place, at: tally.stamped(method, place, at),
        )
        self.hear.add(wire)

    def go(self, places: Sequence[int], known: Sequence[int], counted: bool = True) -> None:
        """Ask for all of these addresses, and for known ones wherever they are. `counted`: as asked, of the total.

        Raises `Ended`, OSError.
        """
        run = self._run
        self._stamp(True)
        self._send(self._questions.first(known))
        drops = dropped()
        self._stamp(len(places) <= _SMALL)
        self._send(self._questions.all(self._counted(places) if counted else places))
        inside = set(known).difference(places)
        self._send(self._questions.all(sorted(inside)))
        if len(places) <= _SMALL:
            self._send(self._questions.all(self._silent(places)))
            run.wait(self.hear, run.patience())
        else:
            run.wait(self.hear, run.patience())
            self._again(places, drops)
            self._measure(places)
        run.tally.patience = run.patience() * 1e6
        self._insist(known)

    def close(self) -> None:
        """Close the socket."""
        self.hear.close()

    def _again(self, places: Sequence[int], drops: int) -> None:
        """Ask the silent ones again, more slowly, for as long as frames are lost."""
        for slower in (2.0, 4.0):
            if not self._wire.lost() and dropped() == drops:
                return
            drops = dropped()
            self._send(self._questions.all(self._silent(places)), slower)
            self._run.wait(self.hear, self._run.patience())

    def _measure(self, places: Sequence[int]) -> None:
        """Ask those that answered once more, with the kernel's stamps, which a large range goes without."""
        rough = self._run.tally.rough(self._questions.method)
        self._stamp(True)
        self._send(self._questions.first(place for place in rough if places[0] <= place <= places[-1]))
        self._run.wait(self.hear, self._run.patience(), lambda: not self._run.tally.rough(self._questions.method))

    def _insist(self, known: Sequence[int]) -> None:
        run, method = self._run, self._questions.method
        self._stamp(True)
        for turn in range(1, _ROUNDS + 1):
            silent = run.tally.silent_known(known, method)
            if not silent:
                return
            self._send(self._questions.all(silent))
            patience = max(_PATIENT * turn, run.patience())
            run.wait(self.hear, patience, lambda: not run.tally.silent_known(known, method))

    def _stamp(self, wanted: bool) -> None:
        self._wire.stamp_sent(wanted)
        self._run.tally.guessing = not wanted

    def _silent(self, places: Sequence[int]) -> list[int]:
        method, tally = self._questions.method, self._run.tally
        return [place for place in places if not tally.answered(place, method)]

    def _send(self, frames: Iterable[Frame], slower: float = 1.0) -> None:
        mac = self._wire.mac()
        if mac:
            self._questions.renew(mac)
        ports = max(8, len(self._run.tally.entries)) if self._copied else 1
        self._run.send(self._wire, frames, self.hear, max(4, min(MOST, _BACKLOG // ports)), slower)

    def _counted(self, places: Iterable[int]) -> Iterable[int]:
        for place in places:
            self._run.asked += 1
            yield place


def dropped() -> int:
    """Frames that this machine's processors had no room for, ever."""
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        return sum(int(line.split()[1], 16) for line in file)
