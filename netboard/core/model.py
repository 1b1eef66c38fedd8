"""Facts: what the kernel and the engine of one host said, unchanged.

High-volume facts are named tuples: immutable, cheap to make and compared in C. Relations are never stored here; they
are concluded from facts by `resolve` and live in the graph only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Address(NamedTuple):
    """One address of a device. `scope` as the kernel's word (global, link, host), `peer` where point-to-point."""

    address: str
    """With prefix length: `10.0.0.2/24`, `fe80::1/64`."""
    scope: str = "global"
    peer: str = ""
    flags: tuple[str, ...] = ()
    """The words that matter to people, of: dadfailed, tentative, deprecated, secondary, temporary."""


class Link(NamedTuple):
    """One device, as RTM_NEWLINK tells it."""

    namespace: str
    ifindex: int
    name: str
    kind: str
    """IFLA_INFO_KIND; where the kernel gives none: `loopback`, or `nic` for a physical device."""
    mac: str
    mtu: int
    up: bool
    """IFF_UP: somebody switched it on."""
    carrier: bool
    """IFF_LOWER_UP: there is a signal."""
    operstate: str
    """RFC 2863 word in lower case: up, down, lowerlayerdown, dormant, unknown, notpresent, testing."""
    master: int = 0
    """Ifindex of the device this one is a port of, in the same namespace; 0 for none."""
    link: int = 0
    """IFLA_LINK: ifindex of the peer or lower device; 0 where the kernel sent none or 0."""
    link_nsid: int = -1
    """IFLA_LINK_NETNSID: the id, in this device's namespace, of the namespace `link` lives in; -1: the same namespace
    or unknown."""
    addresses: tuple[Address, ...] = ()
    detail: tuple[tuple[str, str | int | bool], ...] = ()
    """Of the kind: `("mode", "bridge")` of macvlan, `("id", 10)` of vlan, `("vni", 4097)` of vxlan …, sorted."""
    alias: str = ""
    altnames: tuple[str, ...] = ()


class Route(NamedTuple):
    """One route of one table."""

    table: int
    family: Literal[4, 6]
    destination: str
    """With prefix length; `default` for /0."""
    kind: str = "unicast"
    """RTN_ in lower case: unicast, local, broadcast, blackhole, unreachable, prohibit, throw …"""
    gateway: str = ""
    oif: int = 0
    source: str = ""
    """Preferred source address (RTA_PREFSRC)."""
    metric: int = 0
    scope: str = "global"
    protocol: str = ""
    hops: tuple[tuple[str, int, int], ...] = ()
    """Of a multipath route: (gateway, oif, weight)."""


class Rule(NamedTuple):
    """One policy routing rule (`ip rule`)."""

    family: Literal[4, 6]
    priority: int
    action: str
    table: int
    source: str = ""
    destination: str = ""
    mark: str = ""
    """`0x1/0xff`."""
    iif: str = ""
    oif: str = ""


class Neighbour(NamedTuple):
    """One entry of the neighbour table; `state` in lower case (reachable, stale, failed, permanent …)."""

    ifindex: int
    address: str
    mac: str
    state: str


class ForwardingEntry(NamedTuple):
    """One entry of a bridge's or vxlan's forwarding database."""

    ifindex: int
    """The port it points to."""
    master: int
    mac: str
    vlan: int = 0
    remote: str = ""
    """Of a vxlan: the address of the far end."""
    static: bool = False


class Namespace(NamedTuple):
    """One network namespace and what is inside but its links."""

    key: str
    inode: int
    """As in `/proc/PID/ns/net`."""
    is_host: bool = False
    """It is the observer's own: the host's."""
    names: tuple[str, ...] = ()
    """Paths where it is bind-mounted, sorted."""
    pids: tuple[int, ...] = ()
    """Some processes that hold it: the lowest ids, at most 8, sorted."""
    commands: tuple[str, ...] = ()
    """The names (`comm`) of those processes, in their order."""
    containers: tuple[str, ...] = ()
    """Full engine ids of the containers whose processes are in it, from their cgroups, sorted."""
    nsids: tuple[tuple[int, str], ...] = ()
    """How this namespace numbers others: (nsid, key), sorted."""
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    """Those that decide about forwarding: (`net.ipv4.ip_forward`, `1`) …, sorted."""


class Endpoint(NamedTuple):
    """A container's attachment to a network, as the engine tells it."""

    network: str
    """Full engine id of the network."""
    network_name: str
    endpoint: str = ""
    """The engine's endpoint id; empty while the container is stopped."""
    address: str = ""
    """With prefix length."""
    address6: str = ""
    gateway: str = ""
    gateway6: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()
    static: bool = False
    """The address was asked for (IPAMConfig), not chosen by the engine."""


class PublishedPort(NamedTuple):
    """One published port. `host_ip` may be `0.0.0.0` or `::`."""

    host_ip: str
    host_port: int
    container_port: int
    protocol: str


class Container(NamedTuple):
    """One container, running or not."""

    id: str
    name: str
    image: str
    state: str
    """The engine's word: created, running, paused, restarting, exited, dead, removing."""
    network_mode: str = ""
    """`bridge`, `host`, `none`, `container:<id>`, or a network's name or id."""
    pid: int = 0
    """0 while unknown or not running."""
    sandbox: str = ""
    """The path of its namespace as the engine mounts it; empty while unknown or not running."""
    labels: tuple[tuple[str, str], ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    status: str = ""
    """The engine's health word where there is one: healthy, unhealthy, starting."""
    created: int = 0
    """Seconds since the epoch."""
    command: str = ""


class Subnet(NamedTuple):
    """One entry of a network's IPAM configuration."""

    subnet: str
    gateway: str = ""
    ip_range: str = ""
    reserved: tuple[tuple[str, str], ...] = ()
    """Auxiliary addresses: (name, address)."""


class Network(NamedTuple):
    """One Docker network."""

    id: str
    name: str
    driver: str
    scope: str = "local"
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    ipv6: bool = False
    subnets: tuple[Subnet, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    created: str = ""
    """RFC 3339, as the engine tells it."""


class Engine(NamedTuple):
    """What the engine says of itself."""

    version: str = ""
    api_version: str = ""
    kernel: str = ""
    operating_system: str = ""
    swarm: str = ""
    """LocalNodeState: inactive, active …"""
    name: str = ""


SourceState = Literal["live", "stale", "absent"]


class Source(NamedTuple):
    """Whether one of the observer's sources speaks. `code` and `params` say why not (see `errors`)."""

    state: SourceState
    since: str = ""
    """RFC 3339 in UTC."""
    code: str = ""
    params: tuple[tuple[str, str], ...] = ()


@dataclass
class Facts:
    """All facts of one host at one moment. Mutable: the observer keeps one current and tells what it touched."""

    host: str
    title: str = ""
    """How people call the host."""
    boot: str = ""
    engine: Engine = field(default_factory=Engine)
    sources: dict[str, Source] = field(default_factory=dict)
    """By name: `engine`, `kernel`."""
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    """By key."""
    links: dict[tuple[str, int], Link] = field(default_factory=dict)
    """By (namespace key, ifindex)."""
    containers: dict[str, Container] = field(default_factory=dict)
    """By full engine id."""
    networks: dict[str, Network] = field(default_factory=dict)
    """By full engine id."""


FactKey = tuple[str, ...] | tuple[str, str, int]
"""What was touched: ("host",), ("namespace", key), ("link", namespace, ifindex), ("container", id), ("network", id)."""


class Annex(NamedTuple):
    """What belongs to one namespace but changes too often for the graph: told beside it, on demand."""

    namespace: str
    neighbours: tuple[Neighbour, ...] = ()
    forwarding: tuple[ForwardingEntry, ...] = ()


Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactsChange:
    """What one source says has changed. A value of None means: it is gone.

    `whole` means that this is everything the source knows: what is not in it is gone. `by_check` marks what only the
    regular comparison found, which events should have told before.
    """

    source: Literal["kernel", "engine"]
    whole: bool = False
    by_check: bool = False
    state: Source | None = None
    boot: str = ""
    engine: Engine | None = None
    namespaces: Mapping[str, Namespace | None] = field(default_factory=dict)
    links: Mapping[tuple[str, int], Link | None] = field(default_factory=dict)
    containers: Mapping[str, Container | None] = field(default_factory=dict)
    networks: Mapping[str, Network | None] = field(default_factory=dict)
    annexes: Mapping[str, Annex | None] = field(default_factory=dict)
    """By namespace key."""
