"""Who is there on an attached IPv4 network: known addresses at their MACs first, then everybody by broadcast.

    known ──unicast──►   all ──paced broadcast──►   the silent once more ──►   known silent ones again, more patiently

The sender is the namespace's own address on that network, or 0.0.0.0, which no neighbour puts into its table. The
kernel's own neighbour table is not touched: it takes no answer to a question that it did not ask.
"""

from collections.abc import Callable, Iterable
from typing import Final

from netboard.adapters.probe.frames import BROADCAST, arp_head
from netboard.adapters.probe.ground import Device
from netboard.adapters.probe.run import Frame, Hear, Run
from netboard.adapters.probe.wire import MOST, Heard, Wire

_SMALL: Final = 1024
"""Of so many addresses the silent ones are asked twice in any case, of more only where frames were lost."""
_BACKLOG: Final = 500
"""Frames that one batch may become when each is copied to every port: half of what the kernel queues (1,000)."""
_ROUNDS: Final = 2
"""How often known silent addresses are asked again."""
_PATIENT: Final = 0.06
"""Seconds that each of these rounds waits at least, growing with each."""


class Arp:
    """Sweeps parts of one device's network."""

    def __init__(self, run: Run, wire: Wire, device: Device, sender: bytes) -> None:
        self._run = run
        self._wire = wire
        self._own = device.mac
        self._sender = sender or bytes(4)
        tally = run.tally
        self.hear = Hear(
            self._take,
            lambda place, at: tally.sending("arp", place, at),
            lambda place, at: tally.stamped("arp", place, at),
        )
        self.hear.add(wire)

    def sweep(self, places: range, known: list[int]) -> None:
        """Ask for all of these addresses, and for known ones wherever they are. Raises `Ended`, OSError."""
        run, tally = self._run, self._run.tally
        self._wire.stamp_sent(True)
        self._send(self._unicast(known))
        drops = _dropped()
        self._wire.stamp_sent(len(places) <= _SMALL)
        self._send(self._broadcast(places, self._count))
        self._send(self._broadcast([place for place in known if place not in places]))
        if len(places) <= _SMALL:
            self._send(self._broadcast([place for place in places if not tally.alive(place)]))
        run.wait(self.hear, run.patience())
        for slower in (2.0, 4.0):
            if len(places) <= _SMALL or not (self._wire.lost() or _dropped() > drops):
                break
            drops = _dropped()
            self._send(self._broadcast([place for place in places if not tally.alive(place)]), slower)
            run.wait(self.hear, run.patience())
        tally.patience = run.patience() * 1e6
        self._insist(known)

    def _insist(self, known: list[int]) -> None:
        run, tally = self._run, self._run.tally
        self._wire.stamp_sent(True)
        for turn in range(1, _ROUNDS + 1):
            silent = tally.silent_known(known, "arp")
            if not silent:
                return
            self._send(self._broadcast(silent))
            run.wait(self.hear, max(_PATIENT * turn, run.patience()), lambda: not tally.silent_known(known, "arp"))

    def _send(self, frames: Iterable[Frame], slower: float = 1.0) -> None:
        ports = max(8, len(self._run.tally.entries))
        self._run.send(self._wire, frames, self.hear, max(4, min(MOST, _BACKLOG // ports)), slower)

    def _unicast(self, known: Iterable[int]) -> Iterable[Frame]:
        for place in known:
            mac = self._run.tally.known[place]
            target = bytes.fromhex(mac.replace(":", "")) if mac else BROADCAST
            yield place, arp_head(target, self._own, self._sender) + place.to_bytes(4, "big")

    def _broadcast(self, places: Iterable[int], count: Callable[[], None] | None = None) -> Iterable[Frame]:
        head = arp_head(BROADCAST, self._own, self._sender)
        for place in places:
            if count:
                count()
            yield place, head + place.to_bytes(4, "big")

    def _count(self) -> None:
        self._run.asked += 1

    def _take(self, _: Wire, heard: Heard) -> None:
        frame = heard.message
        if len(frame) >= 42:
            self._run.tally.heard("arp", int.from_bytes(frame[28:32], "big"), frame[22:28].hex(":"), heard.at)


def _dropped() -> int:
    """Frames that this machine's processors had no room for, ever."""
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        return sum(int(line.split()[1], 16) for line in file)
