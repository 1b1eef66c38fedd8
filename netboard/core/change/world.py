"""One host as planning sees it: its graph, what was promised to operations that are not done, and what others have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from netboard.core import ids, ipam
from netboard.core.errors import Conflict, Missing
from netboard.core.model import Json
from netboard.core.wire import Edge, Node


@dataclass(frozen=True)
class Claim:
    """A name or a subnet that an operation was promised and that the graph need not show yet."""

    operation: str
    name: str = ""
    subnet: str = ""


@dataclass(frozen=True)
class Pool:
    """Address space that networks may be cut from."""

    id: str
    name: str
    subnet: str
    drivers: tuple[str, ...] = ()
    """Empty: any."""
    longest: int = 28
    """The longest prefix (smallest network) that may be cut."""
    shortest: int = 16
    size: int = 24
    """The prefix length that is cut where nothing else is asked for."""
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """One host's graph at one position of its log, with what plans look up in it: worked out once for all of them."""

    host: str
    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]

    @cached_property
    def networks(self) -> list[Node]:
        """The Docker networks of the host, overlays included."""
        return [node for node in self.nodes.values() if node["kind"] == "network"]

    @cached_property
    def containers(self) -> list[Node]:
        """The containers of the host."""
        return [node for node in self.nodes.values() if node["kind"] == "container"]

    @cached_property
    def host_namespace(self) -> str | None:
        """The node id of the host's own network namespace; None where the kernel's side is missing."""
        return next(
            (n["id"] for n in self.nodes.values() if n["kind"] == "namespace" and n["facts"].get("is_host")), None
        )

    @cached_property
    def devices(self) -> dict[str, Node]:
        """The devices of the host's own namespace, by name."""
        return {
            node["name"]: node
            for node in self.nodes.values()
            if self.host_namespace and node["namespace"] == self.host_namespace and ids.class_of(node["id"]) == "device"
        }

    @cached_property
    def implementing(self) -> dict[str, str]:
        """Which network a device implements: node id by node id."""
        return {
            edge["source"]: edge["target"]
            for edge in self.edges.values()
            if edge["kind"] == "implements" and edge["target"]
        }

    @cached_property
    def subnets(self) -> list[tuple[str, Node]]:
        """Every subnet in use by a network of the host, with the network."""
        return [(subnet, node) for node in self.networks for subnet in subnets_of(node)]

    @cached_property
    def ways(self) -> list[tuple[str, str]]:
        """What the host reaches without Docker: (destination, name of the device), of its LANs and other routes."""
        if self.host_namespace is None:
            return []
        names = {node["facts"].get("ifindex"): name for name, node in self.devices.items()}
        found: set[tuple[str, str]] = set()
        for route in _objects(self.nodes[self.host_namespace]["facts"].get("routes")):
            destination, kind = str(route.get("destination") or ""), route.get("kind") or "unicast"
            device = names.get(route.get("oif"), "")
            if destination in ("", "default") or kind not in ("unicast", "blackhole", "unreachable", "prohibit"):
                continue
            if not self._is_docker(device) and not destination.startswith(("fe80", "ff", "::1", "127.")):
                found.add((destination, device))
        for name, node in self.devices.items():
            if not self._is_docker(name):
                found |= {(a, name) for a in _texts(node["facts"].get("addresses")) if not a.startswith("fe80")}
        return sorted(found)

    def _is_docker(self, device: str) -> bool:
        """Loopback and what the engine made: their addresses are not the host's own way to anybody."""
        node = self.devices.get(device)
        if node is None:
            return False
        made = device in ("docker0", "docker_gwbridge") or (node["kind"] == "bridge" and device.startswith("br-"))
        return made or node["kind"] == "loopback" or node["id"] in self.implementing

    @cached_property
    def orphans(self) -> list[tuple[str, Node]]:
        """Subnets on bridges that Docker left behind: (subnet, device)."""
        return [
            (str(address), node)
            for node in self.devices.values()
            if any(warning["code"] == "bridge_orphaned" for warning in node["warnings"])
            for address in _texts(node["facts"].get("addresses"))
        ]

    @cached_property
    def endpoints(self) -> dict[str, list[Edge]]:
        """Endpoints by the node id of their network, and by that of their container."""
        found: dict[str, list[Edge]] = {}
        for edge in self.edges.values():
            if edge["kind"] == "endpoint":
                for end in (edge["source"], edge["target"]):
                    found.setdefault(end or "", []).append(edge)
        return found

    def made(self, engine_id: str) -> Node | None:
        """The network or container with this full engine id."""
        for place in (ids.network_id(self.host, engine_id), ids.container_id(self.host, engine_id)):
            if place in self.nodes:
                return self.nodes[place]
        return self.nodes.get(ids.network_id(ids.FLEET, engine_id))


@dataclass(frozen=True)
class World:
    """Everything a plan may look at. Built for one plan, then thrown away; its ground is shared."""

    ground: Ground
    claims: Sequence[Claim] = ()
    pools: Sequence[Pool] = ()
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Subnets of other hosts' networks, by host."""
    services: Sequence[str] = ()
    """Addresses that netboard itself is reached by."""
    own: frozenset[str] = frozenset()
    """Full ids of the containers that netboard ran on this host."""

    @property
    def host(self) -> str:
        """The host's id."""
        return self.ground.host

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes, by id."""
        return self.ground.nodes

    @property
    def edges(self) -> Mapping[str, Edge]:
        """All edges, by id."""
        return self.ground.edges

    @property
    def networks(self) -> list[Node]:
        """The Docker networks of the host, overlays included."""
        return self.ground.networks

    @property
    def containers(self) -> list[Node]:
        """The containers of the host."""
        return self.ground.containers

    @property
    def host_namespace(self) -> str | None:
        """The node id of the host's own network namespace; None where the kernel's side is missing."""
        return self.ground.host_namespace

    @property
    def devices(self) -> dict[str, Node]:
        """The devices of the host's own namespace, by name."""
        return self.ground.devices

    @property
    def implementing(self) -> dict[str, str]:
        """Which network a device implements: node id by node id."""
        return self.ground.implementing

    @property
    def subnets(self) -> list[tuple[str, Node]]:
        """Every subnet in use by a network of the host, with the network."""
        return self.ground.subnets

    @property
    def ways(self) -> list[tuple[str, str]]:
        """What the host reaches without Docker: (destination, name of the device)."""
        return self.ground.ways

    @property
    def orphans(self) -> list[tuple[str, Node]]:
        """Subnets on bridges that Docker left behind: (subnet, device)."""
        return self.ground.orphans

    def network(self, reference: str) -> Node:
        """A network by full engine id, netboard's id, or a name that is unique here. Raises `Missing` or `Conflict`."""
        return _find(self.networks, reference, "network")

    def container(self, reference: str) -> Node:
        """A container by full engine id, netboard's id, or a name. Raises `Missing` or `Conflict`."""
        return _find(self.containers, reference, "container")

    def endpoints(self, network: str) -> list[Edge]:
        """Who is attached to the network with this node id."""
        return self.ground.endpoints.get(network, [])

    def attachments(self, container: str) -> list[Edge]:
        """What the container with this node id is attached to."""
        return self.ground.endpoints.get(container, [])

    def published(self) -> list[tuple[Edge, Node | None]]:
        """Every published port of the host with its container."""
        return [(e, self.nodes.get(e["target"] or "")) for e in self.edges.values() if e["kind"] == "publishes"]

    def taken(self, subnet: str, network: str) -> list[str]:
        """Addresses of a subnet in use on the network with this node id: gateways and endpoints."""
        node = self.nodes[network]
        found: list[str] = []
        for one in _objects(node["facts"].get("subnets")):
            found += [str(one.get("gateway") or "")]
        for edge in self.endpoints(network):
            found += [str(edge["facts"].get("address") or ""), str(edge["facts"].get("address6") or "")]
        inside = ipam.block(subnet)
        return [a for a in (one.partition("/")[0] for one in found) if a and inside.contains(ipam.single(a))]


def subnets_of(network: Node) -> list[str]:
    """The subnets of a network's node."""
    return [str(one["subnet"]) for one in _objects(network["facts"].get("subnets")) if one.get("subnet")]


def engine_id(node: Node) -> str:
    """The engine's full id of a network's or container's node."""
    return str(node["facts"].get("id") or "")


def _find(nodes: Sequence[Node], reference: str, what: str) -> Node:
    for node in nodes:
        if reference in (engine_id(node), node["id"]):
            return node
    named = [node for node in nodes if node["name"] == reference]
    if len(named) == 1:
        return named[0]
    params: dict[str, object] = {what: reference[:80]}
    if named:
        raise Conflict(
            f"{len(named)} {what}s here are called “{reference[:80]}”; give the full id of the one you mean.",
            code="name_ambiguous",
            params={**params, "count": len(named)},
        )
    raise Missing(f"There is no {what} “{reference[:80]}” on this host.", code=f"{what}_missing", params=params)


def _objects(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Json) -> list[str]:
    """Texts of a list, or the `address` of its objects."""
    if not isinstance(value, list):
        return []
    return [cast(str, one.get("address")) if isinstance(one, dict) else str(one) for one in value]
