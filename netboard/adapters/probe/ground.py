"""What a namespace has towards a range: devices, own addresses, and which route leads to which part of it.

range ─► cut at the borders of every route inside it ─► each piece: attached to a device, or routed, or nowhere
"""

import os
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from netboard.adapters.kernel.netlink import RTM_GETADDR, RTM_GETLINK, RTM_GETROUTE, RouteSocket

_LINK: Final = struct.Struct("=BxHiII")
_ADDRESS: Final = struct.Struct("=BBBBI")
_ROUTE: Final = struct.Struct("=BBBBBBBBI")
_ETHER: Final = 1
_UP, _NOARP = 1, 0x80
_MAIN: Final = 254
_UNICAST: Final = 1


class Device(NamedTuple):
    """A device as a sweep sees it. `speaks`: it is up and resolves addresses by ARP or NDP."""

    ifindex: int
    name: str
    mac: bytes
    up: bool
    speaks: bool


class Own(NamedTuple):
    """An address of the namespace itself, packed, with its prefix length and device."""

    address: bytes
    prefix: int
    ifindex: int


class Path(NamedTuple):
    """A route of the main table: destination packed, prefix length, device, and whether a gateway carries it on."""

    target: bytes
    prefix: int
    ifindex: int
    gateway: bool


class Piece(NamedTuple):
    """A part of a range, both ends included, that is reached in one way. `ifindex` 0: there is no route to it."""

    first: int
    last: int
    ifindex: int
    attached: bool


class Ground(NamedTuple):
    """All that a sweep has to know of a namespace."""

    devices: dict[int, Device]
    own: list[Own]
    paths: list[Path]

    def named(self, name: str) -> Device | None:
        """The device of this name."""
        return next((each for each in self.devices.values() if each.name == name), None)

    def sender(self, index: int, address: bytes) -> bytes:
        """The namespace's own address on this device in whose subnet this address is; empty where there is none."""
        for own in self.own:
            if (
                own.ifindex == index
                and len(own.address) == len(address)
                and _shared(own.address, address) >= own.prefix
            ):
                return own.address
        return b""


def look() -> Ground:
    """The ground of the namespace that the calling thread is in. Raises OSError."""
    with RouteSocket() as wire:
        devices = {each.ifindex: each for each in map(_device, wire.dump(RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0)))}
        own = [each for each in map(_own, wire.dump(RTM_GETADDR, _ADDRESS.pack(0, 0, 0, 0, 0))) if each]
        routes = [_path(body) for _, body in wire.dump(RTM_GETROUTE, _ROUTE.pack(0, 0, 0, 0, 0, 0, 0, 0, 0))]
    return Ground(devices, own, [each for each in routes if each])


def pieces(first: int, last: int, width: int, paths: Iterable[Path]) -> list[Piece]:
    """Cut a range (both ends included; `width` 4 or 16 bytes) so that each piece is reached in one way."""
    known = sorted((each for each in paths if len(each.target) == width), key=lambda each: -each.prefix)
    borders = {first}
    spans: list[tuple[int, int, Path]] = []
    for path in known:
        start = int.from_bytes(path.target, "big")
        end = start + (1 << (8 * width - path.prefix)) - 1
        if start > last or end < first:
            continue
        spans.append((start, end, path))
        borders.update(border for border in (start, end + 1) if first < border <= last)
    found: list[Piece] = []
    ordered = sorted(borders)
    for start, following in zip(ordered, [*ordered[1:], last + 1], strict=True):
        path_ = next((path for low, high, path in spans if low <= start <= high), None)
        ifindex = path_.ifindex if path_ else 0
        attached = path_ is not None and not path_.gateway
        if found and (found[-1].ifindex, found[-1].attached) == (ifindex, attached):
            found[-1] = found[-1]._replace(last=following - 1)
        else:
            found.append(Piece(start, following - 1, ifindex, attached))
    return found


def inode(path: str) -> int:
    """What tells one namespace from the next behind the same path; 0 where the path leads nowhere."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _attributes(body: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    offset, end = start, len(body)
    while offset + 4 <= end:
        length, kind = struct.unpack_from("=HH", body, offset)
        if length < 4:
            return
        yield kind & 0x3FFF, body[offset + 4 : offset + length]
        offset += (length + 3) & ~3


def _device(message: tuple[int, bytes]) -> Device:
    _, body = message
    _, kind, index, flags, _ = _LINK.unpack_from(body)
    told = dict(_attributes(body, _LINK.size))
    name = told.get(3, b"").rstrip(b"\0").decode(errors="replace")
    mac = told.get(1, b"")
    speaks = kind == _ETHER and bool(flags & _UP) and not flags & _NOARP and len(mac) == 6
    return Device(index, name, mac, bool(flags & _UP), speaks)


def _own(message: tuple[int, bytes]) -> Own | None:
    _, body = message
    _, prefix, _, _, index = _ADDRESS.unpack_from(body)
    told = dict(_attributes(body, _ADDRESS.size))
    address = told.get(2) or told.get(1)  # IFA_LOCAL, else IFA_ADDRESS
    return Own(address, prefix, index) if address else None


def _path(body: bytes) -> Path | None:
    family, prefix, _, _, table, _, _, kind, _ = _ROUTE.unpack_from(body)
    told = dict(_attributes(body, _ROUTE.size))
    if family not in (socket.AF_INET, socket.AF_INET6) or table != _MAIN or kind != _UNICAST:
        return None
    target = told.get(1, bytes(4 if family == socket.AF_INET else 16))
    (index,) = struct.unpack("=I", told.get(4, bytes(4)))
    return Path(target, prefix, index, 5 in told or 9 in told or 18 in told)  # RTA_GATEWAY, MULTIPATH, VIA


def _shared(one: bytes, other: bytes) -> int:
    """How many leading bits two addresses have in common."""
    difference = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return 8 * len(one) - difference.bit_length()
