"""TCP ports, asked by the kernel's own connects: open where it is accepted, closed where refused, else silent.

Each connect is a socket of the namespace that is asked from; so many are under way at once. One that was accepted is
ended by a reset, so that neither side keeps anything of it.
"""

import errno
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from netboard.adapters.probe.place import Place
from netboard.adapters.probe.run import Run

_AT_ONCE: Final = 200
"""Connects under way at once: descriptors, and entries of a neighbour table."""
_PATIENT: Final = 1.3
"""Seconds a connect has where the address is known or was found alive: the kernel asks again after one second."""
_BRIEF: Final = 0.4
"""Seconds it has elsewhere."""
_TCP_INFO: Final = 11
_RTT: Final = 68
"""Where struct tcp_info has the kernel's round-trip time, in microseconds."""
_RESET: Final = struct.pack("=ii", 1, 0)

Question = tuple[int, int]
"""An address as a number, and a port."""


class _Under(NamedTuple):
    wire: socket.socket
    question: Question
    sent: float
    until: float


class Connects:
    """Asks ports from one namespace."""

    def __init__(self, run: Run, place: Place) -> None:
        self._run = run
        self._place = place
        self._poll = select.epoll()
        self._under: dict[int, _Under] = {}

    def ask(self, questions: Iterable[Question]) -> None:
        """Ask all of these. Raises `Ended`, OSError."""
        source = iter(questions)
        begun, sent = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - begun) * self._run.pace) + 1 - sent
            batch = list(islice(source, max(0, min(due, _AT_ONCE - len(self._under)))))
            if batch:
                sent += len(batch)
                self._start(batch)
            elif not self._under and due > 0:
                return
            self._hear(0.005)
            self._run.tick()

    def close(self) -> None:
        """Give up what is under way."""
        for under in self._under.values():
            under.wire.close()
        self._poll.close()

    def _start(self, batch: list[Question]) -> None:
        family = socket.AF_INET6 if self._run.tally.six else socket.AF_INET
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        opened = self._place.visit(lambda: [socket.socket(family, kind) for _ in batch])
        tally = self._run.tally
        for wire, (place, port) in zip(opened, batch, strict=True):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            now = time.monotonic()
            patient = tally.alive(place) or place in tally.known
            self._poll.register(wire.fileno(), select.EPOLLOUT)
            self._under[wire.fileno()] = _Under(wire, (place, port), now, now + (_PATIENT if patient else _BRIEF))
            code = wire.connect_ex((tally.address(place), port))
            if code != errno.EINPROGRESS:
                self._done(wire.fileno(), code)

    def _hear(self, seconds: float) -> None:
        for descriptor, _ in self._poll.poll(seconds):
            under = self._under.get(descriptor)
            if under is not None:
                self._done(descriptor, under.wire.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
        now = time.monotonic()
        for descriptor in [descriptor for descriptor, under in self._under.items() if under.until <= now]:
            self._done(descriptor, errno.ETIMEDOUT)

    def _done(self, descriptor: int, code: int) -> None:
        under = self._under.pop(descriptor)
        self._poll.unregister(descriptor)
        place, port = under.question
        if code == 0:
            info = under.wire.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _RTT + 4)
            rtt = float(struct.unpack_from("=I", info, _RTT)[0]) if len(info) >= _RTT + 4 else None
            self._run.tally.port(place, port, "open", rtt)
        elif code == errno.ECONNREFUSED:
            self._run.tally.port(place, port, "closed", (time.monotonic() - under.sent) * 1e6)
        else:
            self._run.tally.port(place, port, "silent", None)
        under.wire.close()


def questions(places: Iterable[int], ports: Iterable[int]) -> Iterator[Question]:
    """Every port of every address, one port of all addresses after the other: no address is asked in a burst."""
    kept = list(places)
    return ((place, port) for port in ports for place in kept)
