"""Devices asked for and made over a plain route socket: what a check after a change does, in as few messages as it can.

A veth comes to be in one message: the inner end in another namespace, the outer one up and a port of a bridge.
"""

import errno
import socket
from struct import Struct
from typing import Final

from netboard.adapters.kernel import parse
from netboard.adapters.kernel.netlink import (
    RTM_DELLINK,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_GETROUTE,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    RouteSocket,
)
from netboard.core.kinds.attributes import attributes, u32
from netboard.core.model import Link
from netboard.core.ports import Interface

_LINK: Final = Struct("=BxHiII")
_ADDRESS: Final = Struct("=BBBBI")
_ATTRIBUTE: Final = Struct("=HH")
_U16: Final = Struct("=H")
_U32: Final = Struct("=I")

_ROUTE: Final = Struct("=BBBBBBBBI")
_DST, _OIF = 1, 4
_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL)
_IFF_UP: Final = 1
_CREATE: Final = 0x600
"""NLM_F_CREATE | NLM_F_EXCL."""
_IFNAME, _LOWER, _MASTER, _INFO, _GROUP, _NS_FD = 3, 5, 10, 18, 27, 28
"""IFLA_IFNAME, LINK, MASTER, LINKINFO, GROUP, NET_NS_FD."""
_INFO_KIND, _INFO_DATA = 1, 2
_VETH_PEER, _MACVLAN_MODE, _IPVLAN_MODE = 1, 1, 1

_MACVLAN_MODES: Final = {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8}
_IPVLAN_MODES: Final = {"l2": 0, "l3": 1, "l3s": 2}


def find(wire: RouteSocket, name: str) -> Link | None:
    """The device of this name in the socket's namespace; None where there is none. Raises OSError."""
    try:
        answers = wire.ask(RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0) + _text(_IFNAME, name))
    except OSError as error:
        if error.errno == errno.ENODEV:
            return None
        raise
    found = next((parse.link(body, "") for kind, body in answers if kind == RTM_NEWLINK), None)
    return found.link if found else None


def interface(wire: RouteSocket, name: str) -> Interface | None:
    """The device of this name with its addresses; None where there is none. Raises OSError."""
    link = find(wire, name)
    if link is None:
        return None
    return _interface(link, _addresses(wire, link.ifindex).get(link.ifindex, []))


def interfaces(wire: RouteSocket) -> list[Interface]:
    """All devices of the socket's namespace with their addresses. Raises OSError."""
    addresses = _addresses(wire, 0)
    told = [parse.link(body, "") for _, body in wire.dump(RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0))]
    return [_interface(one.link, addresses.get(one.link.ifindex, [])) for one in told if one and not one.of_bridge]


def _addresses(wire: RouteSocket, index: int) -> dict[int, list[str]]:
    wire.check_strictly()  # the kernel filters by index itself: a dump costs what it answers
    found: dict[int, list[str]] = {}
    for _, body in wire.dump(RTM_GETADDR, _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, index)):
        read = parse.address(body)
        if read is not None:
            found.setdefault(read[0], []).append(read[1].address)
    return found


def _interface(link: Link, addresses: list[str]) -> Interface:
    return Interface(link.name, link.mac, link.up, tuple(sorted(addresses)))


def way_to(wire: RouteSocket, address: str) -> str:
    """The device by which a packet to this address would leave the thread's namespace; empty where there is no way.
    Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    asked = _ROUTE.pack(family, len(packed) * 8, 0, 0, 0, 0, 0, 0, 0) + _attribute(_DST, packed)
    try:
        answers = wire.ask(RTM_GETROUTE, asked)
    except OSError as error:
        if error.errno in _NO_WAY:
            return ""
        raise
    found = next((attributes(body, _ROUTE.size) for kind, body in answers if kind == RTM_NEWROUTE), {})
    return socket.if_indextoname(u32(found[_OIF])) if _OIF in found else ""


def add_veth(wire: RouteSocket, name: str, group: int, bridge: int, inner: str, namespace: int) -> None:
    """Make a veth pair: `name`, of a device group, a port of the bridge with this ifindex, and its peer `inner` in the
    namespace behind a descriptor, which cannot be up before it has its pair. Raises OSError."""
    peer = _LINK.pack(0, 0, 0, 0, 0) + _text(_IFNAME, inner) + _number(_NS_FD, namespace)
    wire.ask(
        RTM_NEWLINK,
        _LINK.pack(0, 0, 0, _IFF_UP, _IFF_UP)
        + _text(_IFNAME, name)
        + _number(_GROUP, group)
        + _number(_MASTER, bridge)
        + _attribute(_INFO, _text(_INFO_KIND, "veth") + _attribute(_INFO_DATA, _attribute(_VETH_PEER, peer))),
        _CREATE,
    )


def add_child(wire: RouteSocket, kind: str, mode: int, group: int, parent: int, inner: str, namespace: int) -> None:
    """Make a macvlan or ipvlan called `inner` on the parent with this ifindex, in the namespace behind a descriptor.
    Raises OSError with what the kernel has against it."""
    data = _attribute(_IPVLAN_MODE, _U16.pack(mode)) if kind == "ipvlan" else _number(_MACVLAN_MODE, mode)
    wire.ask(
        RTM_NEWLINK,
        _LINK.pack(0, 0, 0, 0, 0)
        + _text(_IFNAME, inner)
        + _number(_LOWER, parent)
        + _number(_GROUP, group)
        + _number(_NS_FD, namespace)
        + _attribute(_INFO, _text(_INFO_KIND, kind) + _attribute(_INFO_DATA, data)),
        _CREATE,
    )


def mode_number(kind: str, mode: str) -> int:
    """The kernel's number of a mode of macvlan or ipvlan; that of the usual one for an unknown word."""
    return _MACVLAN_MODES.get(mode, 4) if kind == "macvlan" else _IPVLAN_MODES.get(mode, 0)


def switch_on(wire: RouteSocket, index: int) -> None:
    """Set a device up. Raises OSError."""
    wire.ask(RTM_NEWLINK, _LINK.pack(0, 0, index, _IFF_UP, _IFF_UP))


def remove(wire: RouteSocket, index: int) -> None:
    """Remove a device. Raises OSError."""
    wire.ask(RTM_DELLINK, _LINK.pack(0, 0, index, 0, 0))


def _attribute(kind: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length % 4)


def _text(kind: int, value: str) -> bytes:
    return _attribute(kind, value.encode() + b"\0")


def _number(kind: int, value: int) -> bytes:
    return _attribute(kind, _U32.pack(value))
