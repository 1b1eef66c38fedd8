"""Three calls of the kernel that Python 3.11 does not offer: `setns`, `prctl`, and `sendmmsg` over prepared arrays."""

import ctypes
import os
import socket
from typing import Final

_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_SIGKILL: Final = 9
_OWN: Final = "/proc/thread-self/ns/net"
_libc = ctypes.CDLL(None, use_errno=True)


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class _Msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint),
        ("iov", ctypes.POINTER(_Iovec)),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Mmsghdr(ctypes.Structure):
    _fields_ = [("header", _Msghdr), ("sent", ctypes.c_uint)]


class Outbox:
    """Prepared arrays for up to `most` messages of up to `size` bytes, each to an address of its own if `named`."""

    def __init__(self, most: int, size: int, named: bool = False) -> None:
        self.most = most
        self._size = size
        self._bytes = (ctypes.c_char * (most * size))()
        self._view = memoryview(self._bytes).cast("B")
        self._names = (ctypes.c_char * (most * 28))()
        self._name_view = memoryview(self._names).cast("B")
        self._iovecs = (_Iovec * most)()
        self._messages = (_Mmsghdr * most)()
        base, names = ctypes.addressof(self._bytes), ctypes.addressof(self._names)
        for place in range(most):
            self._iovecs[place].base = base + place * size
            header = self._messages[place].header
            header.iov = ctypes.pointer(self._iovecs[place])
            header.iovlen = 1
            if named:
                header.name = names + place * 28

    def send(self, wire: socket.socket, messages: list[bytes], names: list[bytes] | None = None) -> int:
        """Hand over these messages in one call; how many the kernel took. Raises OSError where it took none."""
        view, size = self._view, self._size
        for place, message in enumerate(messages):
            offset = place * size
            view[offset : offset + len(message)] = message
            self._iovecs[place].length = len(message)
        for place, name in enumerate(names or ()):
            self._name_view[place * 28 : place * 28 + len(name)] = name
            self._messages[place].header.namelen = len(name)
        taken: int = _libc.sendmmsg(wire.fileno(), self._messages, len(messages), 0)
        if taken < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return taken


def enter(descriptor: int) -> None:
    """Move the calling thread into the network namespace behind a descriptor. Raises OSError."""
    if _libc.setns(descriptor, _CLONE_NEWNET):
        raise _last()


def leave_for_new() -> None:
    """Move the calling thread into a network namespace of its own, made now. Raises OSError."""
    if _libc.unshare(_CLONE_NEWNET):
        raise _last()


def home() -> int:
    """A descriptor of the network namespace that the calling thread is in."""
    return os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends. Raises SystemExit if it did already."""
    _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


def _last() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))
