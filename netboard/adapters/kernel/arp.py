"""ARP requests that disturb nobody: probes with sender 0.0.0.0 (RFC 5227), sent and read on a packet socket."""

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from netboard.core.ipam import single

_ETH_P_ARP: Final = 0x0806
_BROADCAST: Final = b"\xff" * 6
_REQUEST: Final = 1
_REPLY: Final = 2
_AGAIN: Final = (0.002, 0.2)
"""Seconds between two rounds of requests: first and longest. A new port needs some milliseconds until it carries."""
_LONGER: Final = 1.25
"""By what each wait is longer than the one before: most of a second is covered by some twenty rounds."""


@contextmanager
def listening(device: str) -> Iterator[socket.socket]:
    """A packet socket for ARP on this device of the calling thread's namespace. Raises OSError.

    Closing it waits some 15 ms for the kernel's grace period: take what was heard out of it before. It is opened with
    no protocol, since changing from all devices to one would wait as well.
    """
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind((device, _ETH_P_ARP))
        yield wire


def ask(wire: socket.socket, addresses: Iterable[str], seconds: float) -> dict[str, set[str]]:
    """Who answers for these IPv4 addresses on the device that `wire` listens on: MACs by address.

    Returns as soon as every address was answered once, at the latest after so many seconds. An address with two MACs is
    held by two. Raises OSError.
    """
    wanted = {socket.inet_aton(address): address for address in addresses if single(address).version == 4}
    found: dict[str, set[str]] = {}
    own = wire.getsockname()[4]
    deadline = time.monotonic() + seconds
    pause, longest = _AGAIN
    while wanted.keys() - {socket.inet_aton(address) for address in found}:
        now = time.monotonic()
        if now >= deadline:
            break
        for packed, address in wanted.items():
            if address not in found:
                wire.send(_request(own, packed))
        _listen(wire, wanted, found, min(deadline, now + pause))
        pause = min(longest, pause * _LONGER)
    return found


def _request(own: bytes, target: bytes) -> bytes:
    head = struct.pack("!6s6sHHHBBH", _BROADCAST, own, _ETH_P_ARP, 1, 0x0800, 6, 4, _REQUEST)
    return head + own + bytes(4) + bytes(6) + target


def _listen(wire: socket.socket, wanted: dict[bytes, str], found: dict[str, set[str]], until: float) -> None:
    while (left := until - time.monotonic()) > 0 and len(found) < len(wanted):
        wire.settimeout(left)
        try:
            frame = wire.recv(128)
        except TimeoutError:
            return
        if len(frame) < 42 or struct.unpack_from("!H", frame, 20)[0] != _REPLY:
            continue
        address = wanted.get(frame[28:32])
        if address:
            found.setdefault(address, set()).add(frame[22:28].hex(":"))
