"""One sweep under way: its clock, its limits, what it tells, and the loop that sends at a pace and hears meanwhile.

frames ──► pace ──► batch ──► wire          every few milliseconds: answers, the kernel's stamps,
                                             and now and then: told enough? cancelled? out of time? namespace gone?
"""

import select
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from netboard.adapters.probe.tally import Answer, Tally
from netboard.adapters.probe.wire import MOST, Frame, Heard, Wire

_TELL_EVERY: Final = 0.1
_LOOK_EVERY: Final = 0.1
_TURN: Final = 0.002
"""Seconds between two batches: what a sleeping thread can keep."""
_BEHIND: Final = 0.02
"""How many seconds' worth of frames may be sent at once after a pause."""
_SHORTEST: Final = 0.03
_LONGEST: Final = 0.6
_UNSEEN: Final = 0.25
"""Seconds that stragglers are waited for: at least, at most, and where nobody has answered yet."""
_TIMES: Final = 4.0
"""How many of the slowest round trips seen stragglers are given."""

Tell = Callable[[int, list[Answer]], None]


class Ended(Exception):
    """The sweep ends before its time; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Run:
    """Holds what all methods of one sweep share; of one thread."""

    def __init__(self, tally: Tally, pace: float, seconds: float, tell: Tell, gone: Callable[[], str]) -> None:
        """`tell`: hears how far it is and what is new; `gone`: a code where the sweep has to end, else empty."""
        self.tally = tally
        self.asked = 0
        self._settled = 0
        self.pace = pace
        self._tell = tell
        self._gone = gone
        self._until = time.monotonic() + seconds
        self._told = self._looked = time.monotonic()

    def patience(self) -> float:
        """Seconds that stragglers are waited for, by what was seen so far."""
        slowest = self.tally.slowest / 1e6
        return min(_LONGEST, max(_SHORTEST, _TIMES * slowest)) if slowest else _UNSEEN

    def send(self, wire: Wire, frames: Iterable[Frame], hear: "Hear", batch: int = MOST, slower: float = 1.0) -> None:
        """Send all of these at the pace, hearing meanwhile. Raises `Ended`, OSError."""
        source = iter(frames)
        pace = self.pace / slower
        begun, sent = time.monotonic(), 0
        waiting: list[Frame] = []
        while True:
            due = int((time.monotonic() - begun) * pace) + 1 - sent
            if due > _BEHIND * pace + 1:
                begun += (due - _BEHIND * pace) / pace
                due = max(1, int(_BEHIND * pace))
            if due > 0:
                if not waiting:
                    waiting = list(islice(source, min(due, batch)))
                    if not waiting:
                        return
                taken = hear.send(wire, waiting)
                sent += taken
                waiting = waiting[taken:]
            hear.all()
            self.tick()
            ahead = sent + 1 - (time.monotonic() - begun) * pace
            if ahead > 0:
                hear.idle(max(_TURN, ahead / pace))

    def wait(self, hear: "Hear", seconds: float, enough: Callable[[], bool] | None = None) -> None:
        """Hear for so long, or until it is enough. Raises `Ended`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not (enough and enough()):
            hear.idle(min(left, 0.05))
            hear.all()
            self.tick()

    def tick(self) -> None:
        """Tell what is new, and see whether the sweep may go on. Cheap. Raises `Ended`."""
        now = time.monotonic()
        if now >= self._told + _TELL_EVERY:
            self.tell()
        if now >= self._looked + _LOOK_EVERY:
            self._looked = now
            if now >= self._until:
                raise Ended("out_of_time")
            if code := self._gone():
                raise Ended(code)

    def tell(self) -> None:
        """Tell what is new now. What is called asked was sent at the telling before: its answers had their time."""
        self._told = time.monotonic()
        settled, self._settled = self._settled, self.asked
        self._tell(settled, self.tally.news())


class Hear:
    """The sockets that a method hears on; what comes goes to `take`, which knows what it means."""

    def __init__(
        self,
        take: Callable[[Heard], None],
        sending: Callable[[int, int], None],
        stamped: Callable[[int, int], None],
    ) -> None:
        self._take = take
        self._sending = sending
        self._stamped = stamped
        self._wires: list[Wire] = []
        self._poll = select.poll()

    def add(self, wire: Wire) -> None:
        """Hear on this as well."""
        self._wires.append(wire)
        self._poll.register(wire.fileno(), select.POLLIN)

    def send(self, wire: Wire, frames: list[Frame]) -> int:
        """Send a batch; how many went."""
        return wire.send(frames, self._sending)

    def all(self) -> None:
        """Take all that waits."""
        for wire in self._wires:
            for heard in wire.hear(self._stamped):
                self._take(heard)

    def idle(self, seconds: float) -> None:
        """Sleep until something comes, at the longest so many seconds."""
        self._poll.poll(max(1, int(seconds * 1000)))

    def close(self) -> None:
        """Close all sockets."""
        for wire in self._wires:
            wire.close()
