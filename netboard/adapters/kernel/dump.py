"""Everything there is in one network namespace, at one moment. Called inside it, by the visitor's thread."""

import errno
from collections.abc import Collection
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from netboard.adapters.kernel import netlink as nl
from netboard.adapters.kernel import parse
from netboard.adapters.kernel.nsids import id_of
from netboard.adapters.kernel.scratch import is_scratch_group
from netboard.core.model import Address, ForwardingEntry, Link, Neighbour, Route, Rule

_ATTRIBUTE: Final = Struct("=HHI")
_SKIP_STATISTICS: Final = 8
_LINKS: Final = bytes(16) + _ATTRIBUTE.pack(8, 29, _SKIP_STATISTICS)
"""An empty ifinfomsg and IFLA_EXT_MASK."""
_ONE_LINK: Final = Struct("=BxHiII")
_NETCONF_OF_ALL: Final = {
    family: bytes([family, 0, 0, 0]) + Struct("=HHi").pack(8, 1, -1) for family in (nl.AF_INET, nl.AF_INET6)
}
_BRIDGE_FILES: Final = ("bridge-nf-call-iptables", "bridge-nf-call-ip6tables")
_FORWARDING_KINDS: Final = frozenset({"bridge", "vxlan"})
MAX_ROUTES: Final = 5000
"""Routes kept of one namespace; a router with the whole Internet's table has a million, which no picture can hold."""


@dataclass(slots=True)
class Dump:
    """What one namespace holds."""

    links: dict[int, Link] = field(default_factory=dict)
    """By ifindex, without addresses."""
    addresses: dict[int, set[Address]] = field(default_factory=dict)
    scratch: set[int] = field(default_factory=set)
    """Ifindexes of netboard's own devices, which are left out of `links`."""
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    neighbours: set[Neighbour] = field(default_factory=set)
    forwarding: set[ForwardingEntry] = field(default_factory=set)
    home_nsid: int = -1
    """How this namespace numbers the observer's own; -1: not at all."""


def whole(route_socket: nl.RouteSocket, namespace: str, home: int, *, tables: bool = True) -> Dump:
    """Dump the namespace that `route_socket` was made in. `home` is a descriptor of the observer's namespace.

    Without `tables`, neighbours and forwarding database are left out. Raises OSError.
    """
    found = Dump()
    dump_links(route_socket, namespace, found)
    for kind, body in route_socket.dump(nl.RTM_GETADDR, bytes(8)):
        if kind == nl.RTM_NEWADDR and (told := parse.address(body)):
            found.addresses.setdefault(told[0], set()).add(told[1])
    found.routes = routes(route_socket)
    found.rules = rules(route_socket)
    found.sysctls = sysctls(route_socket, any(link.kind == "bridge" for link in found.links.values()))
    if tables:
        dump_neighbours(route_socket, found, {link.kind for link in found.links.values()})
    found.home_nsid = id_of(route_socket, home)
    return found


def tables(route_socket: nl.RouteSocket, kinds: Collection[str]) -> Dump:
    """Only neighbours and forwarding database of the namespace that `route_socket` was made in. Raises OSError."""
    found = Dump()
    dump_neighbours(route_socket, found, kinds)
    return found


def dump_links(route_socket: nl.RouteSocket, namespace: str, found: Dump) -> None:
    """Fill in `links` and `scratch`."""
    for kind, body in route_socket.dump(nl.RTM_GETLINK, _LINKS):
        told = parse.link(body, namespace) if kind == nl.RTM_NEWLINK else None
        if told is None or told.of_bridge:
            continue
        if is_scratch_group(told.group):
            found.scratch.add(told.link.ifindex)
        else:
            found.links[told.link.ifindex] = told.link


def one_link(route_socket: nl.RouteSocket, namespace: str, ifindex: int) -> parse.LinkMessage | None:
    """One device as it is now. None: it is not there. Raises OSError."""
    request = _ONE_LINK.pack(0, 0, ifindex, 0, 0) + _LINKS[16:]
    try:
        answers = route_socket.ask(nl.RTM_GETLINK, request)
    except OSError as error:
        if error.errno == errno.ENODEV:
            return None
        raise
    return next((parse.link(body, namespace) for kind, body in answers if kind == nl.RTM_NEWLINK), None)


def routes(route_socket: nl.RouteSocket) -> tuple[Route, ...]:
    """The routes of every table, sorted; of both families."""
    found = {
        parse.route(body) for kind, body in route_socket.dump(nl.RTM_GETROUTE, bytes(12)) if kind == nl.RTM_NEWROUTE
    }
    return tuple(sorted(route for route in found if route))[:MAX_ROUTES]


def rules(route_socket: nl.RouteSocket) -> tuple[Rule, ...]:
    """The policy routing rules, sorted; none where the kernel knows none."""
    try:
        messages = route_socket.dump(nl.RTM_GETRULE, bytes(12))
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EAFNOSUPPORT):
            return ()
        raise
    found = [parse.rule(body) for kind, body in messages if kind == nl.RTM_NEWRULE]
    return tuple(sorted(rule for rule in found if rule))


def sysctls(route_socket: nl.RouteSocket, bridges: bool) -> tuple[tuple[str, str], ...]:
    """What decides about forwarding here, sorted by name; also about packets inside bridges, where there are any."""
    found: dict[str, str] = {}
    for body in _NETCONF_OF_ALL.values():
        try:
            answers = route_socket.ask(nl.RTM_GETNETCONF, body)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.EAFNOSUPPORT, errno.EINVAL):
                continue
            raise
        for kind, answer in answers:
            if kind == nl.RTM_NEWNETCONF:
                found.update(parse.netconf(answer))
    if bridges:
        found.update(bridge_sysctls())
    return tuple(sorted(found.items()))


def bridge_sysctls() -> dict[str, str]:
    """Whether packets inside a bridge pass netfilter, in the calling thread's namespace; changes are not announced."""
    found = {}
    for name in _BRIDGE_FILES:
        try:
            with open(f"/proc/sys/net/bridge/{name}", encoding="ascii") as file:
                found[f"net.bridge.{name}"] = file.read().strip()
        except OSError:
            continue
    return found


def dump_neighbours(route_socket: nl.RouteSocket, found: Dump, kinds: Collection[str]) -> None:
    """Fill in `neighbours`, and `forwarding` where one of these kinds of links has such a database."""
    families = [nl.AF_UNSPEC]
    if not _FORWARDING_KINDS.isdisjoint(kinds):
        families.append(nl.AF_BRIDGE)
    for family in families:
        for kind, body in route_socket.dump(nl.RTM_GETNEIGH, bytes([family]) + bytes(11)):
            told = parse.neighbour(body) if kind == nl.RTM_NEWNEIGH else None
            if isinstance(told, ForwardingEntry):
                found.forwarding.add(told)
            elif told:
                found.neighbours.add(told)
