"""Messages of rtnetlink become facts. Pure functions over bytes; nothing here talks to the kernel."""

import functools
import socket
from struct import Struct
from typing import Final, Literal, NamedTuple

from netboard.adapters.kernel.netlink import AF_BRIDGE, AF_INET, AF_INET6, AF_UNSPEC
from netboard.core.kinds import read_detail
from netboard.core.kinds.attributes import address as words_of_address
from netboard.core.kinds.attributes import attributes, repeated, some_attributes, text, u16, u32
from netboard.core.model import Address, ForwardingEntry, Link, Neighbour, Route, Rule

_LINK: Final = Struct("=BxHiII")
_ADDRESS: Final = Struct("=BBBBI")
_ROUTE: Final = Struct("=BBBBBBBBI")
_RULE: Final = Struct("=BBBBBBBBI")
_NEIGHBOUR: Final = Struct("=BxxxiHBB")
_HOP: Final = Struct("=HBBi")
_S32: Final = Struct("=i")

_IFF_UP, _IFF_LOOPBACK, _IFF_LOWER_UP = 1, 8, 0x10000
_OPERSTATES: Final = ("unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up")
_SCOPES: Final = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}
_ROUTE_KINDS: Final = (
    "unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw",
    "nat", "xresolve",
)  # fmt: skip
_PROTOCOLS: Final = {
    0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 11: "zebra", 12: "bird",
    16: "dhcp", 18: "keepalived", 42: "babel", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
}  # fmt: skip
_ACTIONS: Final = {1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
_STATES: Final = {
    0x01: "incomplete", 0x02: "reachable", 0x04: "stale", 0x08: "delay", 0x10: "probe", 0x20: "failed", 0x40: "noarp",
    0x80: "permanent",
}  # fmt: skip
_ADDRESS_FLAGS: Final = ((0x08, "dadfailed"), (0x20, "deprecated"), (0x40, "tentative"))
_ROUTE_CLONED: Final = 0x200
_LINK_ATTRIBUTES: Final = frozenset({1, 3, 4, 5, 10, 16, 18, 20, 27, 37, 52})
"""IFLA_ADDRESS, IFNAME, MTU, LINK, MASTER, OPERSTATE, LINKINFO, IFALIAS, GROUP, LINK_NETNSID, PROP_LIST."""


class LinkMessage(NamedTuple):
    """One RTM_NEWLINK or RTM_DELLINK: the link, its group, and whether it is only about a bridge's port (AF_BRIDGE)."""

    link: Link
    group: int
    of_bridge: bool


def link(body: bytes, namespace: str) -> LinkMessage | None:
    """RTM_NEWLINK. None: a message without a name, which tells nothing about the device (wireless events)."""
    family, hardware, ifindex, flags, _ = _LINK.unpack_from(body)
    found = some_attributes(body, 16, _LINK_ATTRIBUTES)
    if 3 not in found:
        return None
    info = attributes(found[18]) if 18 in found else {}
    kind = text(info[1]) if 1 in info else ("loopback" if flags & _IFF_LOOPBACK or hardware == 772 else "nic")
    operstate = found[16][0] if found.get(16) else 0
    return LinkMessage(
        Link(
            namespace,
            ifindex,
            text(found[3]),
            kind,
            found[1].hex(":") if 1 in found else "",
            u32(found[4]) if 4 in found else 0,
            bool(flags & _IFF_UP),
            bool(flags & _IFF_LOWER_UP),
            _OPERSTATES[operstate] if operstate < len(_OPERSTATES) else "unknown",
            u32(found[10]) if 10 in found else 0,
            u32(found[5]) if 5 in found else 0,
            _S32.unpack(found[37])[0] if 37 in found else -1,
            (),
            read_detail(kind, info[2]) if 2 in info else (),
            text(found[20]) if 20 in found else "",
            tuple(sorted(text(name) for name in repeated(found[52], 53))) if 52 in found else (),
        ),
        u32(found[27]) if 27 in found else 0,
        family != AF_UNSPEC,
    )


def index_of(body: bytes) -> tuple[int, bool]:
    """Of a link message: its ifindex, and whether it is about the device itself (not about a bridge's port)."""
    family, _, ifindex, _, _ = _LINK.unpack_from(body)
    return ifindex, family == AF_UNSPEC


def address(body: bytes) -> tuple[int, Address] | None:
    """RTM_NEWADDR or RTM_DELADDR: the device's ifindex and the address. None: another family."""
    family, prefix, flags, scope, ifindex = _ADDRESS.unpack_from(body)
    if family not in (AF_INET, AF_INET6):
        return None
    found = attributes(body, 8)
    remote = found.get(1, b"")
    own = found.get(2, remote)
    bits = u32(found[8]) if 8 in found else flags
    words = [word for bit, word in _ADDRESS_FLAGS if bits & bit]
    if bits & 1:
        words.append("secondary" if family == AF_INET else "temporary")
    return ifindex, Address(
        f"{socket.inet_ntop(family, own)}/{prefix}",
        _SCOPES.get(scope, str(scope)),
        socket.inet_ntop(family, remote) if remote != own else "",
        tuple(sorted(words)),
    )


@functools.lru_cache(maxsize=8192)
def route(body: bytes) -> Route | None:
    """RTM_NEWROUTE. None: another family, or an entry that the kernel only caches. Equal in many namespaces: kept."""
    family, bits, _, _, table, protocol, scope, kind, flags = _ROUTE.unpack_from(body)
    if family not in (AF_INET, AF_INET6) or flags & _ROUTE_CLONED:
        return None
    found = attributes(body, 12)
    return Route(
        u32(found[15]) if 15 in found else table,
        _version(family),
        f"{socket.inet_ntop(family, found[1])}/{bits}" if 1 in found else ("default" if not bits else f"0/{bits}"),
        _ROUTE_KINDS[kind] if kind < len(_ROUTE_KINDS) else str(kind),
        _gateway(found),
        u32(found[4]) if 4 in found else 0,
        words_of_address(found[7]) if 7 in found else "",
        u32(found[6]) if 6 in found else 0,
        _SCOPES.get(scope, str(scope)),
        _PROTOCOLS.get(protocol, str(protocol)),
        _hops(found[9]) if 9 in found else (),
    )


def _version(family: int) -> Literal[4, 6]:
    return 4 if family == AF_INET else 6


def _gateway(found: dict[int, bytes]) -> str:
    if 5 in found:
        return words_of_address(found[5])
    return words_of_address(found[18][2:]) if 18 in found else ""


def _hops(data: bytes) -> tuple[tuple[str, int, int], ...]:
    hops = []
    start = 0
    while start + 8 <= len(data):
        length, _, weight, oif = _HOP.unpack_from(data, start)
        if length < 8:
            break
        hops.append((_gateway(attributes(data, start + 8, start + length)), oif, weight + 1))
        start += (length + 3) & ~3
    return tuple(hops)


@functools.lru_cache(maxsize=1024)
def rule(body: bytes) -> Rule | None:
    """RTM_NEWRULE. None: another family. The same few stand in every namespace: kept."""
    family, to_bits, from_bits, _, table, _, _, action, _ = _RULE.unpack_from(body)
    if family not in (AF_INET, AF_INET6):
        return None
    found = attributes(body, 12)
    mark = ""
    if 10 in found:
        mark = f"{u32(found[10]):#x}/{u32(found[16]) if 16 in found else 0xFFFFFFFF:#x}"
    return Rule(
        _version(family),
        u32(found[6]) if 6 in found else 0,
        _ACTIONS.get(action, str(action)),
        u32(found[15]) if 15 in found else table,
        f"{socket.inet_ntop(family, found[2])}/{from_bits}" if 2 in found else "",
        f"{socket.inet_ntop(family, found[1])}/{to_bits}" if 1 in found else "",
        mark,
        text(found[3]) if 3 in found else "",
        text(found[17]) if 17 in found else "",
    )


def neighbour(body: bytes) -> Neighbour | ForwardingEntry | None:
    """RTM_NEWNEIGH or RTM_DELNEIGH: an entry of the neighbour table or of a forwarding database. None: neither."""
    family, ifindex, state, _, _ = _NEIGHBOUR.unpack_from(body)
    found = attributes(body, 12)
    mac = found[2].hex(":") if 2 in found else ""
    if family == AF_BRIDGE:
        return ForwardingEntry(
            ifindex,
            u32(found[9]) if 9 in found else 0,
            mac,
            u16(found[5]) if 5 in found else 0,
            words_of_address(found[1]) if 1 in found else "",
        )
    if family in (AF_INET, AF_INET6) and 1 in found:
        return Neighbour(ifindex, socket.inet_ntop(family, found[1]), mac, _STATES.get(state, "none"))
    return None


def netconf(body: bytes) -> dict[str, str]:
    """RTM_NEWNETCONF for `all` interfaces: which sysctls it tells, by name."""
    family = body[0]
    found = attributes(body, 4)
    if 1 not in found or _S32.unpack(found[1])[0] != -1:
        return {}
    told = {}
    if 2 in found:
        name = "net.ipv4.ip_forward" if family == AF_INET else "net.ipv6.conf.all.forwarding"
        told[name] = str(u32(found[2]))
    if 3 in found and family == AF_INET:
        told["net.ipv4.conf.all.rp_filter"] = str(u32(found[3]))
    return told
