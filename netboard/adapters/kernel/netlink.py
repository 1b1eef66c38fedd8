"""Talking rtnetlink over a plain socket: requests, dumps, and the stream of events of all namespaces.

pyroute2 does all this and more, but a fresh `IPRoute` costs 2 ms in each namespace and its import 40 MB; a cold
picture of 200 containers has about 90 ms for everything.
"""

import errno
import os
import socket
from collections.abc import Iterator
from struct import Struct
from typing import Final

from netboard.core.errors import KernelUnavailable

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 28, 29, 30
RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE = 32, 33, 34
RTM_NEWNETCONF, RTM_DELNETCONF, RTM_GETNETCONF = 80, 81, 82
RTM_NEWNSID, RTM_DELNSID, RTM_GETNSID = 88, 89, 90

AF_UNSPEC, AF_INET, AF_BRIDGE, AF_INET6 = 0, 2, 7, 10

_GROUPS: Final = (1, 3, 5, 7, 8, 9, 11, 19, 24, 25, 28)
"""RTNLGRP_: link, neighbour, IPv4 address, route, rule, IPv6 address, route, rule, IPv4 and IPv6 netconf, nsid."""

SOL_NETLINK: Final = 270
NETLINK_ADD_MEMBERSHIP: Final = 1
NETLINK_LISTEN_ALL_NSID: Final = 8
NETLINK_GET_STRICT_CHK: Final = 12
SO_NETNS_COOKIE: Final = 71
SO_RCVBUFFORCE: Final = 33

_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_F_REQUEST, _F_ACK, _F_DUMP, _F_DUMP_INTR = 1, 4, 0x300, 0x10
_HEADER: Final = Struct("=IHHII")
_ERROR: Final = Struct("=i")
_TIMEOUT: Final = Struct("=qq").pack(5, 0)
EVENT_BUFFER: Final = 32 * 1024 * 1024
"""Bytes that may wait unread: about 8,000 events; used only when it must be."""
_DUMP_CHUNK: Final = 65536
_DUMP_TRIES: Final = 10

Message = tuple[int, bytes]
"""Its type and its body, without the header."""


class RouteSocket:
    """A route socket for requests and dumps, in the namespace of the thread that makes it. A context manager."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        self._sequence = 0

    def __enter__(self) -> "RouteSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the descriptor."""
        self._socket.close()

    def check_strictly(self) -> None:
        """Have the kernel look at the attributes of dump requests (needed to ask for another namespace's ids)."""
        self._socket.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)

    def cookie(self) -> int:
        """SO_NETNS_COOKIE: the number of this socket's namespace, unique until the machine restarts.

        Raises `KernelUnavailable` before Linux 5.14.
        """
        try:
            return int.from_bytes(self._socket.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8), "little")
        except OSError as error:
            raise unsupported("SO_NETNS_COOKIE") from error

    def dump(self, kind: int, body: bytes) -> list[Message]:
        """Everything that a GET request of this kind lists. Asked again where the kernel says it changed meanwhile.

        Raises OSError: EOPNOTSUPP where the kernel does not know the request.
        """
        for _ in range(_DUMP_TRIES):
            messages, interrupted = self._dump_once(kind, body)
            if not interrupted:
                break
        return messages

    def _dump_once(self, kind: int, body: bytes) -> tuple[list[Message], bool]:
        sequence = self._send(kind, _F_REQUEST | _F_DUMP, body)
        messages: list[Message] = []
        interrupted = False
        unpack = _HEADER.unpack_from
        while True:
            data = self._socket.recv(_DUMP_CHUNK)
            offset, end = 0, len(data)
            while offset + 16 <= end:
                length, this, flags, number, _ = unpack(data, offset)
                if length < 16:
                    break
                if number == sequence:
                    interrupted |= bool(flags & _F_DUMP_INTR)
                    if this == _NLMSG_DONE:
                        _raise_error(data, offset, length)
                        return messages, interrupted
                    if this == _NLMSG_ERROR:
                        _raise_error(data, offset, length)
                    else:
                        messages.append((this, data[offset + 16 : offset + length]))
                offset += (length + 3) & ~3

    def ask(self, kind: int, body: bytes, flags: int = 0) -> list[Message]:
        """One request that is not a dump; what it answered, before its acknowledgement. Raises OSError.

        `flags`: NLM_F_ further ones, of requests that make something.
        """
        sequence = self._send(kind, _F_REQUEST | _F_ACK | flags, body)
        answers: list[Message] = []
        while True:
            for this, number, message in _messages(self._socket.recv(_DUMP_CHUNK)):
                if number != sequence:
                    continue
                if this != _NLMSG_ERROR:
                    answers.append((this, message))
                    continue
                code = -_ERROR.unpack_from(message)[0]
                if code:
                    raise OSError(code, os.strerror(code))
                return answers

    def _send(self, kind: int, flags: int, body: bytes) -> int:
        self._sequence += 1
        self._socket.send(_HEADER.pack(16 + len(body), kind, flags, self._sequence, 0) + body)
        return self._sequence


class EventSocket:
    """The events of this namespace and of every one that has an id in it, on one socket."""

    def __init__(self, buffer: int = EVENT_BUFFER) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        try:
            self._subscribe(buffer)
        except BaseException:
            self._socket.close()
            raise

    def _subscribe(self, buffer: int) -> None:
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1)
        except PermissionError as error:
            raise denied("CAP_NET_BROADCAST") from error
        except OSError as error:
            raise unsupported("NETLINK_LISTEN_ALL_NSID") from error
        self._socket.bind((0, 0))
        for group in _GROUPS:
            try:
                self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """For `poll`."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the descriptor."""
        self._socket.close()

    def receive(self) -> tuple[int, list[Message]] | None:
        """The next events and the id, in this namespace, of where they happened (-1: here). None: nothing waits.

        Raises OSError with ENOBUFS where events were lost.
        """
        try:
            data, control, _, _ = self._socket.recvmsg(_DUMP_CHUNK, 64)
        except BlockingIOError:
            return None
        nsid = -1
        for level, kind, value in control:
            if level == SOL_NETLINK and kind == NETLINK_LISTEN_ALL_NSID and len(value) >= 4:
                nsid = _ERROR.unpack_from(value)[0]
        return nsid, [(kind, message) for kind, _, message in _messages(data)]


def _messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset, end = 0, len(data)
    while offset + 16 <= end:
        length, kind, _, sequence, _ = _HEADER.unpack_from(data, offset)
        if length < 16:
            return
        yield kind, sequence, data[offset + 16 : offset + length]
        offset += (length + 3) & ~3


def _raise_error(data: bytes, offset: int, length: int) -> None:
    code = -_ERROR.unpack_from(data, offset + 16)[0] if length >= 20 else 0
    if code > 0:
        raise OSError(code, os.strerror(code))


def denied(missing: str) -> KernelUnavailable:
    """The error for a right that this process lacks."""
    return KernelUnavailable(
        f"Reading network namespaces needs {missing}; run the agent as root or give it that.",
        code="kernel_denied",
        params={"missing": missing},
    )


def unsupported(missing: str) -> KernelUnavailable:
    """The error for something that this kernel is too old for, or was built without."""
    return KernelUnavailable(
        f"This kernel has no {missing}; Linux 5.14 or newer is needed.",
        code="kernel_unsupported",
        params={"missing": missing},
    )
