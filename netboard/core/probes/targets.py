"""What a monitor asks, found in a host's graph: from which namespace, which address, by what; or why it cannot.

    watch + graph ─► [(key, ask | why not)]

Nothing leaves the machine unless an administrator opened it: addresses are those of the engine's own bridges and
overlays, of the host itself, and what was opened.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final, Literal, NamedTuple

from netboard.core.ids import class_of
from netboard.core.probes.model import Target, Watch
from netboard.core.wire import Edge, Node

INSIDE: Final = frozenset({"bridge", "overlay"})
"""Drivers whose networks reach no further than registered hosts."""


class Place(NamedTuple):
    """A network namespace, as the kernel's paths lead to it. Without paths: the host's own."""

    key: str = ""
    inode: int = 0
    paths: tuple[str, ...] = ()


HOME: Final = Place()


class Ask(NamedTuple):
    """One probe to send. `note` is told with the answer: what answers without living is named."""

    place: Place
    address: str
    protocol: Literal["icmp", "tcp"] = "icmp"
    port: int = 0
    note: str = ""


class Why(NamedTuple):
    """Why something is not asked; `ok` False: it is known to be away, None: it cannot be told."""

    ok: Literal[False] | None
    code: str


Found = tuple[str, Ask | Why]


class World:
    """The part of a host's graph that monitors need, carried along by changes."""

    def __init__(self) -> None:
        self.containers: dict[str, Node] = {}
        """By full engine id."""
        self.networks: dict[str, Node] = {}
        """By full engine id."""
        self.spaces: dict[str, Node] = {}
        self.endpoints: dict[str, dict[str, Edge]] = {}
        """By container's node id, then network's."""
        self._devices: dict[str, Node] = {}
        self._ids: dict[str, tuple[dict[str, Node], str]] = {}

    def put(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """Take in what is new or changed."""
        for node in nodes:
            self._put(node)
        for edge in edges:
            if edge["kind"] == "endpoint" and edge["target"]:
                self.endpoints.setdefault(edge["source"], {})[edge["target"]] = edge

    def drop(self, nodes: Iterable[str], edges: Iterable[str]) -> None:
        """What is gone."""
        for node in nodes:
            kept, key = self._ids.pop(node, ({}, ""))
            kept.pop(key, None)
            self.endpoints.pop(node, None)
        gone = set(edges)
        if gone:
            for ends in self.endpoints.values():
                for network in [network for network, edge in ends.items() if edge["id"] in gone]:
                    del ends[network]

    def _put(self, node: Node) -> None:
        kind = class_of(node["id"])
        kept: dict[str, Node]
        if kind == "container":
            kept, key = self.containers, str(node["facts"].get("id", ""))
        elif kind == "network":
            kept, key = self.networks, str(node["facts"].get("id", ""))
        elif kind == "namespace":
            kept, key = self.spaces, node["id"]
        elif kind == "device":
            kept, key = self._devices, node["id"]
        else:
            return
        kept[key] = node
        self._ids[node["id"]] = (kept, key)

    def place(self, container: str) -> Place | Why:
        """The namespace of a container, by full id; the host's own where empty."""
        if not container:
            return HOME
        node = self.containers.get(container)
        if node is None:
            return Why(None, "source_gone")
        if node["state"] in ("stopped", "down"):
            return Why(None, "source_stopped")
        space = self.spaces.get(node["namespace"] or "")
        if space is None:
            return Why(None, "no_namespace")
        facts = space["facts"]
        if facts.get("is_host"):
            return HOME
        names: Any = facts.get("names") or ()
        pids: Any = facts.get("pids") or ()
        paths = (*(f"/proc/{pid}/ns/net" for pid in pids), *(str(name) for name in names))
        inode: Any = facts.get("inode", 0)
        return Place(space["id"], inode, paths)

    def attached(self, container: str) -> dict[str, Edge]:
        """A container's endpoints, by network's full id."""
        node = self.containers.get(container)
        ends = self.endpoints.get(node["id"], {}) if node else {}
        return {str(self._ids[there][1]): edge for there, edge in ends.items() if there in self._ids}

    def members(self, network: str) -> list[str]:
        """Full ids of the running containers on a network, by name."""
        node = self.networks.get(network)
        if node is None:
            return []
        found = [
            (each["name"], full)
            for full, each in self.containers.items()
            if each["state"] not in ("stopped", "down") and node["id"] in self.endpoints.get(each["id"], ())
        ]
        return [full for _, full in sorted(found)]

    def own_addresses(self) -> Iterator[str]:
        """The host's own addresses, those of real devices first, without loopback."""
        home = {key for key, space in self.spaces.items() if space["facts"].get("is_host")}
        devices = [each for each in self._devices.values() if each["namespace"] in home and each["kind"] != "loopback"]
        for device in sorted(devices, key=lambda each: (each["kind"] != "nic", each["name"])):
            addresses: Any = device["facts"].get("addresses") or ()
            yield from (each.split("/")[0] for each in addresses if not each.startswith("fe80:"))

    def permits(self, address: str, allowed: Iterable[str]) -> bool:
        """Whether this address may be asked; see the module."""
        asked = ip_address(address)
        inside = (network for network in self.networks.values() if network["facts"].get("driver") in INSIDE)
        if any(_holds(network, address) for network in inside):
            return True
        if any(asked in ip_network(each, strict=False) for each in allowed):
            return True
        return any(address == own for own in self.own_addresses())


def _subnets(network: Node) -> list[dict[str, str]]:
    found: Any = network["facts"].get("subnets") or []
    return [each for each in found if isinstance(each, dict) and each.get("subnet")]


def gateways(world: World, allowed: Iterable[str]) -> dict[str, Ask]:
    """The default monitor: each running container's gateway, by the container's full id."""
    opened = list(allowed)
    found: dict[str, Ask] = {}
    for container, node in world.containers.items():
        if node["state"] in ("stopped", "down"):
            continue
        place = world.place(container)
        if isinstance(place, Why) or not place.paths:
            continue
        asked = _gateway(world, place, container, "", opened)
        if isinstance(asked, Ask):
            found[container] = asked
    return found


def resolve(world: World, watch: Watch, allowed: Iterable[str] = ()) -> list[Found]:
    """What one monitor asks now."""
    target = watch["target"]
    source = watch["source"].get("container", "")
    opened = list(allowed)
    if target["kind"] == "network":
        return _network(world, source, target, opened)
    place = world.place(source)
    if isinstance(place, Why):
        return [("", place)]
    return [("", _KINDS[target["kind"]](world, place, source, target, opened))]


def _network(world: World, source: str, target: Target, opened: list[str]) -> list[Found]:
    network = world.networks.get(target.get("network", ""))
    if network is None:
        return []
    full = str(network["facts"]["id"])
    members = world.members(full)
    if not source and network["facts"].get("driver") != "bridge" and members:
        source = members[0]
    place = world.place(source)
    if isinstance(place, Why):
        return [(member, place) for member in members]
    one: Target = {**target, "kind": "container"}
    return [
        (member, _container(world, place, source, {**one, "container": member}, opened))
        for member in members
        if member != source
    ]


def _gateway_of(world: World, network: str, edge: Edge) -> str:
    told = str(edge["facts"].get("gateway") or "")
    if told:
        return told
    address = _bare(edge)
    node = world.networks.get(network)
    if not address or node is None:
        return ""
    near = (each for each in _subnets(node) if ip_address(address) in ip_network(each["subnet"], strict=False))
    return next((each.get("gateway", "") for each in near), "")


def _bare(edge: Edge) -> str:
    return str(edge["facts"].get("address") or edge["facts"].get("address6") or "").split("/")[0]


def _gateway(world: World, place: Place, source: str, network: str, opened: list[str]) -> Ask | Why:
    ends = world.attached(source)
    chosen = {network: ends[network]} if network in ends else ({} if network else ends)
    for full, edge in sorted(chosen.items(), key=lambda each: not each[1]["facts"].get("gateway")):
        address = _gateway_of(world, full, edge)
        if address:
            return _checked(world, Ask(place, address), opened, full)
    return Why(None, "no_gateway")


def _of_gateway(world: World, place: Place, source: str, target: Target, opened: list[str]) -> Ask | Why:
    return _gateway(world, place, source, target.get("network", ""), opened)


def _container(world: World, place: Place, source: str, target: Target, opened: list[str]) -> Ask | Why:
    wanted = target.get("container", "")
    node = world.containers.get(wanted)
    if node is None:
        return Why(False, "gone")
    if node["state"] in ("stopped", "down"):
        return Why(False, "stopped")
    ends = {full: edge for full, edge in world.attached(wanted).items() if _bare(edge)}
    network = target.get("network", "")
    if network:
        ends = {full: edge for full, edge in ends.items() if full == network}
    common = world.attached(source)
    for full, edge in sorted(ends.items(), key=lambda each: each[0] not in common):
        note = "paused" if node["state"] == "paused" else ""
        ask = Ask(place, _bare(edge), target.get("protocol", "icmp"), target.get("port", 0), note)
        return _checked(world, ask, opened, full)
    return Why(None, "no_address")


def _address(world: World, place: Place, source: str, target: Target, opened: list[str]) -> Ask | Why:
    ask = Ask(place, target.get("address", ""), target.get("protocol", "icmp"), target.get("port", 0))
    return _checked(world, ask, opened)


def _published(world: World, place: Place, source: str, target: Target, opened: list[str]) -> Ask | Why:
    address = target.get("address", "")
    if not address or ip_address(address).is_unspecified:
        address = next(iter(world.own_addresses()), "127.0.0.1")
    return Ask(place, address, "tcp", target.get("port", 0))


def _checked(world: World, ask: Ask, opened: list[str], network: str = "") -> Ask | Why:
    node = world.networks.get(network)
    near = node is not None and node["facts"].get("driver") in INSIDE and _holds(node, ask.address)
    own = ask.place != HOME and ip_address(ask.address).is_loopback
    return ask if near or own or world.permits(ask.address, opened) else Why(None, "not_allowed")


def _holds(network: Node, address: str) -> bool:
    return any(ip_address(address) in ip_network(each["subnet"], strict=False) for each in _subnets(network))


_KINDS: Final[Mapping[str, Callable[[World, Place, str, Target, list[str]], Ask | Why]]] = {
    "container": _container,
    "gateway": _of_gateway,
    "address": _address,
    "published": _published,
}
