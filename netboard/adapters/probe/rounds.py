"""Many single probes at once, from many namespaces, without waiting for any: ICMP echo and TCP connects.

    send(asks) ──► one visit to each namespace opens sockets ──► gather(until): answers as they come, or none in time

Sockets are opened for one round and closed with its last answer, since an open socket keeps its namespace from ending.
Round-trip times are those of the kernel's time stamps; where the wall clock was changed meanwhile, the monotonic one's.
"""

import os
import secrets
import select
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, Generic, NamedTuple, TypeVar

from netboard.adapters.kernel.namespaces import Visitor
from netboard.adapters.probe.echo import IDENT, Reply, request, understand
from netboard.core.probes.targets import Ask, Place

T = TypeVar("T")

_SO_TIMESTAMPNS: Final = 35
_SOL_RAW: Final = 255
_ICMP_FILTER: Final = 1
_ICMP6_FILTER: Final = 1
_SLACK: Final = 0.05
"""Seconds that both clocks may differ over a round trip before the wall clock counts as changed."""
_REFUSED: Final = {
    111: "refused",
    113: "unreachable",
    101: "unreachable",
    110: "no_answer",
    1: "filtered",
    13: "filtered",
}


class Answer(NamedTuple):
    """What came of one ask. `ok` None: it could not be sent."""

    ok: bool | None
    rtt_us: float | None = None
    code: str = ""


class _Pending(NamedTuple):
    """What was sent and is waited for."""

    token: object
    ask: Ask
    wall: int
    """Nanoseconds of the wall clock when it was sent, as the kernel's stamps."""
    sent: float
    until: float


class _Socket:
    """One socket in one namespace, with what is waited for on it: by sequence number, or the one connect."""

    def __init__(self, wire: socket.socket, ident: int = 0) -> None:
        self.wire = wire
        self.ident = ident
        self.pending: dict[int, _Pending] = {}
        self.sequence = 0


class Rounds(Generic[T]):
    """Sends and gathers; of one thread. `close` ends all that is under way."""

    def __init__(self) -> None:
        self._visitor = Visitor()
        self._poll = select.epoll()
        self._sockets: dict[int, _Socket] = {}
        self._done: list[tuple[T, Answer]] = []

    @property
    def waiting(self) -> int:
        """How many asks are waited for."""
        return sum(len(each.pending) for each in self._sockets.values())

    def send(self, asks: Sequence[tuple[T, Ask]], timeout: float) -> None:
        """Send all of these; what cannot be sent is among what `gather` gives next."""
        by_place: dict[Place, list[tuple[T, Ask]]] = {}
        for token, ask in asks:
            by_place.setdefault(ask.place, []).append((token, ask))
        descriptors: list[int] = []
        groups: list[list[tuple[T, Ask]]] = []
        try:
            for place, group in by_place.items():
                descriptor = _open(place) if place.paths else os.dup(self._visitor.home)
                if descriptor is None:
                    self._done.extend((token, Answer(None, code="source_gone")) for token, _ in group)
                    continue
                descriptors.append(descriptor)
                groups.append(group)
            opened = self._visitor.each(descriptors, lambda index: _sockets_for(groups[index])) if groups else []
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        for group, made in zip(groups, opened, strict=True):
            if isinstance(made, OSError):
                self._done.extend((token, Answer(None, code="no_namespace")) for token, _ in group)
            else:
                self._send_group(group, made, timeout)

    def gather(self, until: float) -> list[tuple[T, Answer]]:
        """What was answered or is given up by now; waits for the first until a moment of the monotonic clock."""
        while True:
            now = time.monotonic()
            wait = 0.0 if self._done else max(0.0, min(until, self._next_end(until)) - now)
            for descriptor, events in self._poll.poll(wait):
                self._hear(descriptor, events)
            self._give_up(time.monotonic())
            if self._done or time.monotonic() >= until:
                found, self._done = self._done, []
                return found

    def close(self) -> None:
        """Close all sockets and end the visitor."""
        for descriptor in list(self._sockets):
            self._drop(descriptor)
        self._poll.close()
        self._visitor.close()

    def _send_group(self, group: Sequence[tuple[T, Ask]], made: dict[object, socket.socket], timeout: float) -> None:
        kept = {key: self._keep(wire) for key, wire in made.items() if isinstance(key, int)}
        for index, (token, ask) in enumerate(group):
            now = time.monotonic()
            pending = _Pending(token, ask, time.clock_gettime_ns(time.CLOCK_REALTIME), now, now + timeout)
            try:
                if ask.protocol == "icmp":
                    self._echo(kept[_family(ask.address)], pending)
                else:
                    wire = made[("tcp", index)]
                    self._keep(wire, select.EPOLLOUT).pending[0] = pending
                    code = wire.connect_ex((ask.address, ask.port))
                    if code not in (0, 115):
                        raise OSError(code, os.strerror(code))
            except OSError as error:
                self._failed(token, pending, error)
        for each in kept.values():
            if not each.pending:
                self._drop(each.wire.fileno())

    def _echo(self, each: _Socket, pending: _Pending) -> None:
        each.sequence = each.sequence + 1 & 0xFFFF
        each.pending[each.sequence] = pending
        six = each.wire.family == socket.AF_INET6
        each.wire.sendto(request(each.ident, each.sequence, six), (pending.ask.address, 0))

    def _failed(self, token: T, pending: _Pending, error: OSError) -> None:
        for descriptor, each in list(self._sockets.items()):
            for sequence in [sequence for sequence, known in each.pending.items() if known is pending]:
                del each.pending[sequence]
            if not each.pending and each.ident == 0:
                self._drop(descriptor)
        code = _REFUSED.get(error.errno or 0, "unreachable")
        self._done.append((token, Answer(False, code=code)))

    def _keep(self, wire: socket.socket, events: int = select.EPOLLIN) -> _Socket:
        each = _Socket(wire, 0 if events == select.EPOLLOUT else secrets.randbelow(0xFFFF) + 1)
        self._sockets[wire.fileno()] = each
        self._poll.register(wire.fileno(), events)
        return each

    def _hear(self, descriptor: int, events: int) -> None:
        each = self._sockets.get(descriptor)
        if each is None:
            return
        if each.ident:
            while each.pending and self._read(each):
                pass
        elif 0 in each.pending:
            pending = each.pending.pop(0)
            code = each.wire.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            elapsed = (time.monotonic() - pending.sent) * 1e6
            answer = Answer(False, code=_REFUSED.get(code, "unreachable")) if code else Answer(True, elapsed)
            self._answered(pending, answer)
        if not each.pending:
            self._drop(descriptor)

    def _read(self, each: _Socket) -> bool:
        """Read one message; whether there may be more."""
        try:
            data, ancillary, _, sender = each.wire.recvmsg(2048, 64)
        except BlockingIOError:
            return False
        except OSError:
            return True  # an error of an earlier packet, told by this call: the packet itself is given up in time
        reply = understand(data, each.wire.family == socket.AF_INET6)
        if reply is None or reply.ident != each.ident:
            return True
        pending = each.pending.get(reply.sequence)
        if pending is None or (reply.kind == "reply" and sender[0].split("%")[0] != pending.ask.address):
            return True
        del each.pending[reply.sequence]
        self._answered(pending, _answer(pending, reply, ancillary))
        return True

    def _answered(self, pending: _Pending, answer: Answer) -> None:
        if answer.ok and pending.ask.note:
            answer = answer._replace(code=pending.ask.note)
        self._done.append((pending.token, answer))  # type: ignore[arg-type]

    def _next_end(self, until: float) -> float:
        ends = (pending.until for each in self._sockets.values() for pending in each.pending.values())
        return min(ends, default=until)

    def _give_up(self, now: float) -> None:
        for descriptor, each in list(self._sockets.items()):
            for key in [key for key, pending in each.pending.items() if pending.until <= now]:
                self._answered(each.pending.pop(key), Answer(False, code="no_answer"))
            if not each.pending:
                self._drop(descriptor)

    def _drop(self, descriptor: int) -> None:
        each = self._sockets.pop(descriptor, None)
        if each is not None:
            with suppress(OSError):
                self._poll.unregister(descriptor)
            each.wire.close()


def _family(address: str) -> int:
    return int(socket.AF_INET6 if ":" in address else socket.AF_INET)


def _open(place: Place) -> int | None:
    """A descriptor of a namespace, by whichever path still leads to it; None where it is gone."""
    for path in place.paths:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        if not place.inode or os.fstat(descriptor).st_ino == place.inode:
            return descriptor
        os.close(descriptor)
    return None


def _sockets_for(group: Iterable[tuple[object, Ask]]) -> dict[object, socket.socket]:
    """Open, in the namespace that the calling thread is in, what these asks need."""
    made: dict[object, socket.socket] = {}
    try:
        for index, (_, ask) in enumerate(group):
            family = _family(ask.address)
            if ask.protocol == "tcp":
                made["tcp", index] = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            elif family not in made:
                made[family] = _echo_socket(family)
    except OSError:
        for each in made.values():
            each.close()
        raise
    return made


def _echo_socket(family: int) -> socket.socket:
    six = family == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    wire = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
    wire.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    if six:  # let pass: 1 unreachable, 129 echo reply; a set bit blocks
        blocked = bytearray(b"\xff" * 32)
        for kind in (1, 129):
            blocked[kind // 32 * 4 : kind // 32 * 4 + 4] = struct.pack(
                "=I", struct.unpack_from("=I", blocked, kind // 32 * 4)[0] & ~(1 << kind % 32)
            )
        wire.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(blocked))
    else:  # let pass: 0 echo reply, 3 unreachable
        wire.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF & ~(1 | 1 << 3)))
    return wire


def _answer(pending: _Pending, reply: Reply, ancillary: Sequence[tuple[int, int, bytes]]) -> Answer:
    if reply.kind != "reply":
        return Answer(False, code=reply.kind)
    elapsed = (time.monotonic() - pending.sent) * 1e6
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) >= 16:
            seconds, nanoseconds = struct.unpack_from("qq", value)
            stamped = (seconds * 10**9 + nanoseconds - pending.wall) / 1000
            if 0 <= stamped <= elapsed + _SLACK * 1e6 and elapsed - stamped <= 5e6:
                return Answer(True, stamped)
    return Answer(True, elapsed)


__all__ = ["IDENT", "Answer", "Rounds"]
