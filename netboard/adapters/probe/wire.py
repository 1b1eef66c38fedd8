"""A socket of a sweep: sends in batches, hears only what its filter lets up, and knows when either passed the kernel.

Times are nanoseconds of the wall clock, since the kernel's stamps are. A frame's own time is first guessed from the
moments around its batch and then, where stamps of what is sent are switched on, replaced by the kernel's.
"""

import ctypes
import errno
import socket
import struct
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from netboard.adapters.probe.native import Outbox

_ATTACH_FILTER: Final = 26
_RCVBUFFORCE: Final = 33
_TIMESTAMPING: Final = 37
_SENT, _RECEIVED, _SOFTWARE, _NUMBERED, _ONLY_STAMP = 0x2, 0x8, 0x10, 0x80, 0x800
"""SOF_TIMESTAMPING_: TX_SOFTWARE, RX_SOFTWARE, SOFTWARE, OPT_ID, OPT_TSONLY."""
_ERRORS: Final = {(263, 16), (0, 11), (41, 25)}
"""Which control message of the error queue says which frame is meant: of packet, IPv4 and IPv6 sockets."""
_STAMPS: Final = struct.Struct("=qq")
_BUFFER: Final = 8 * 1024 * 1024
_NOT_THERE: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EINVAL}
"""What a named message may meet that says nothing of the next one: no route, a broadcast address, a rule."""
_FULL: Final = {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM}
MOST: Final = 64
"""Frames of one batch at most."""


class Frame(NamedTuple):
    """One question: the address that it asks for, as a number, its bytes, and to whom, of sockets that are told."""

    place: int
    message: bytes
    name: bytes = b""


class Heard(NamedTuple):
    """One message: when the kernel got it, its bytes, and from whom (of sockets that say so)."""

    at: int
    message: bytes
    sender: str


class Wire:
    """Owns its socket; of one thread. `size`: of the longest frame; `named`: whether each has a name to go to."""

    def __init__(self, opened: socket.socket, size: int, named: bool = False) -> None:
        self.socket = opened
        opened.setblocking(False)
        self._outbox = Outbox(MOST, size, named)
        self._named = named
        self._keys: list[int] = []
        self._stamping = False
        self._control = 256
        try:
            opened.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _BUFFER)
        except PermissionError:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.stamp_sent(False)

    def fileno(self) -> int:
        """For `poll`."""
        return self.socket.fileno()

    def stamp_sent(self, wanted: bool) -> None:
        """Whether the kernel tells when each frame left. It costs another message for each."""
        flags = _RECEIVED | _SOFTWARE | _NUMBERED | _ONLY_STAMP | (_SENT if wanted else 0)
        self.socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPING, flags)
        self._stamping = wanted

    def send(self, frames: list[Frame], told: Callable[[int, int], None]) -> int:
        """Send a batch; how many of it are done with. `told` hears each address with the guessed time of its frame.

        Raises OSError where the device is down or gone.
        """
        before = time.time_ns()
        names = [frame.name for frame in frames] if self._named else None
        try:
            sent = self._outbox.send(self.socket, [frame.message for frame in frames], names)
        except OSError as error:
            if error.errno in _FULL:
                return 0
            if names and error.errno in _NOT_THERE:
                return 1
            raise
        each = (time.time_ns() - before) // max(1, sent)
        for number, frame in enumerate(frames[:sent]):
            told(frame.place, before + number * each)
        if self._stamping:
            self._keys.extend(frame.place for frame in frames[:sent])
        return sent

    def hear(self, stamped: Callable[[int, int], None]) -> list[Heard]:
        """All that waits. `stamped` hears the keys of frames that were sent meanwhile, with the kernel's time."""
        heard: list[Heard] = []
        try:
            while True:
                message, control, _, sender = self.socket.recvmsg(256, self._control)
                at = next((_nanoseconds(value) for _, kind, value in control if kind == _TIMESTAMPING), 0)
                heard.append(Heard(at or time.time_ns(), message, sender[0] if self._named else ""))
        except BlockingIOError:
            pass
        if self._keys:
            self._read_stamps(stamped)
        return heard

    def lost(self) -> int:
        """Messages that this packet socket had no room for, since last asked; 0 of other sockets, which do not say."""
        if self._named:
            return 0
        _, drops = struct.unpack("=II", self.socket.getsockopt(263, 6, 8))  # PACKET_STATISTICS
        return int(drops)

    def mac(self) -> bytes:
        """The MAC that this packet socket's device has now; empty of other sockets."""
        return b"" if self._named else bytes(self.socket.getsockname()[4])

    def close(self) -> None:
        """Close the descriptor."""
        self.socket.close()

    def _read_stamps(self, stamped: Callable[[int, int], None]) -> None:
        try:
            while True:
                _, control, _, _ = self.socket.recvmsg(0, 512, socket.MSG_ERRQUEUE)
                at, number = 0, -1
                for level, kind, value in control:
                    if (level, kind) == (socket.SOL_SOCKET, _TIMESTAMPING):
                        at = _nanoseconds(value)
                    elif (level, kind) in _ERRORS and value[4] == 4:  # SO_EE_ORIGIN_TIMESTAMPING
                        (number,) = struct.unpack_from("=I", value, 12)
                if at and 0 <= number < len(self._keys):
                    stamped(self._keys[number], at)
        except BlockingIOError:
            pass


def packet_socket(device: str, protocol: int, program: bytes) -> socket.socket:
    """A packet socket on a device of the calling thread's namespace that hears what passes the filter. Raises OSError.

    It is opened with no protocol, so that nothing is heard before the filter is there.
    """
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
    try:
        attach(opened, program)
        opened.bind((device, protocol))
    except BaseException:
        opened.close()
        raise
    return opened


def attach(opened: socket.socket, program: bytes) -> None:
    """Have the kernel drop what a classic BPF program does not let pass. Raises OSError."""
    steps = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(steps))
    opened.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, fprog)


def _nanoseconds(value: bytes) -> int:
    seconds, nanoseconds = _STAMPS.unpack_from(value)
    return int(seconds * 1_000_000_000 + nanoseconds)
