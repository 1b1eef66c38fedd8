"""Graphs cut down to what a person may see, and one network, container or node found among them."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings

from netboard.accounts.access import Visible
from netboard.core.errors import Conflict, Invalid, Missing
from netboard.core.feed import Kept
from netboard.core.ids import FLEET, class_of, container_id, host_of, network_id
from netboard.core.ports import HostGraph
from netboard.core.wire import Cursor, Edge, Node
from netboard.live.audience import cursor_of
from netboard.live.overlay import Share, merged
from netboard.networks import graphs

SEARCHED: Final = 50
"""Hosts that are searched for a name; where there are more, the host must be said."""


def hosts(visible: Visible, host: str = "") -> list[str]:
    """The hosts that have a log and may be seen; only this one if it is said. Raises `Missing` for one that has not."""
    reader = graphs.reader()
    found = visible.among(reader.hosts())
    if not host:
        return found
    if host not in found:
        raise Missing("There is no such host, or you may not see it.")
    return [host]


def topology(visible: Visible, host: str = "") -> tuple[Cursor, list[bytes], list[bytes]]:
    """Cursor, encoded nodes and encoded edges. Raises `Invalid` where that would be too much."""
    reader = graphs.reader()
    shown = hosts(visible, host)
    total = sum(head.nodes for head in reader.heads(shown).values())
    if not host and total > settings.NETBOARD.full_limit:
        raise Invalid(
            f"The whole graph has {total} nodes, too many at once; add ?host= for one host's.",
            field="host",
            code="too_many_nodes",
            params={"nodes": total, "limit": settings.NETBOARD.full_limit},
        )
    kept: dict[str, Kept] = {}
    for each in shown:
        found = reader.kept(each)
        if found is not None:
            kept[each] = found
    nodes, edges = merged(Share(each, True, graph.fleet.nodes, graph.fleet.edges) for each, graph in kept.items())
    for graph in kept.values():
        nodes.update(graph.own.nodes)
        edges.update(graph.own.edges)
    cursor = cursor_of({each: (graph.head.epoch, graph.head.seq) for each, graph in kept.items()})
    return cursor, list(nodes.values()), list(edges.values())


def graph_around(visible: Visible, node: str) -> HostGraph:
    """The graph that a node lies in: its host's; for what spans hosts, all hosts' that have a part in it."""
    home = host_of(node)
    if home != FLEET:
        known = graphs.known(home) if visible.sees(home) else None
        if known is None or node not in known.graph.nodes:
            raise Missing("There is no such node (any more), or you may not see it.")
        return known.graph
    parts = [known.graph for host in hosts(visible) if (known := graphs.known(host)) and node in known.graph.nodes]
    if not parts:
        raise Missing("There is no such node (any more), or you may not see it.")
    return union(parts)


def union(parts: Iterable[HostGraph]) -> HostGraph:
    """Several hosts' graphs as one; of what spans hosts the first account counts."""
    nodes: dict[str, Node] = {}
    edges: dict[str, Edge] = {}
    for part in parts:
        for node_id, node in part.nodes.items():
            nodes.setdefault(node_id, node)
        for edge_id, edge in part.edges.items():
            edges.setdefault(edge_id, edge)
    return HostGraph(nodes, edges)


def find(visible: Visible, kind: str, reference: str, host: str = "") -> Node:
    """The network or container that is meant: by full engine id, else by netboard's id, else by a unique name.

    Raises `Missing`, `Conflict` where a name is not unique, and `Invalid` where a name needs its host.
    """
    places = hosts(visible, host)
    make = network_id if kind == "network" else container_id
    if len(reference) in (25, 64) and reference.isalnum():
        wanted = {place: (make(place, reference), make(FLEET, reference)) for place in places}
        for place in graphs.reader().holding(wanted):
            known = graphs.known(place)
            for candidate in wanted[place] if known else ():
                node = known.graph.nodes.get(candidate) if known else None
                if node is not None and node["facts"].get("id") == reference:
                    return node
    if "." in reference and class_of_or_none(reference) == kind:
        home = host_of(reference)
        for place in places if home == FLEET else [home] if home in places else []:
            known = graphs.known(place)
            if known is not None and reference in known.graph.nodes:
                return known.graph.nodes[reference]
    return _by_name(places, kind, reference)


def _by_name(places: list[str], kind: str, name: str) -> Node:
    if len(places) > SEARCHED:
        raise Invalid(
            "Say on which host, with ?host=; names are unique on a host only.", field="host", code="host_needed"
        )
    found: dict[str, Node] = {}
    for place in places:
        known = graphs.known(place)
        nodes = known.graph.nodes if known else {}
        found |= {each: node for each, node in nodes.items() if node["name"] == name and class_of(each) == kind}
    if len(found) > 1:
        raise Conflict(
            f"{len(found)} objects are called {name!r}; use the full engine id.",
            code="ambiguous",
            params={"ids": sorted(found)},
        )
    if not found:
        raise Missing(f"There is no {kind} that is called so (any more), or you may not see it.")
    return next(iter(found.values()))


def class_of_or_none(node_id: str) -> str | None:
    """The class of what may be a node id."""
    try:
        return class_of(node_id)
    except (KeyError, ValueError):
        return None


def edges_of(graph: HostGraph, node: str) -> list[Edge]:
    """The edges at a node."""
    return [edge for edge in graph.edges.values() if node in (edge["source"], edge["target"])]


def kernel_side(graph: HostGraph, node: Node) -> Mapping[str, list[Node]]:
    """The kernel's part of a network or container: its namespace, its devices, and what these are joined to."""
    inside = [each for each in graph.nodes.values() if node["namespace"] and each["namespace"] == node["namespace"]]
    devices = {each["id"]: each for each in inside if class_of(each["id"]) == "device"}
    for edge in graph.edges.values():
        if edge["kind"] == "implements" and edge["target"] == node["id"] and edge["source"] in graph.nodes:
            devices[edge["source"]] = graph.nodes[edge["source"]]
    far: dict[str, Node] = {}
    for edge in graph.edges.values():
        if edge["kind"] in ("peer", "port", "lower"):
            for one, other in ((edge["source"], edge["target"]), (edge["target"], edge["source"])):
                if one in devices and other and other not in devices and other in graph.nodes:
                    far[other] = graph.nodes[other]
    spaces = [graph.nodes[node["namespace"]]] if node["namespace"] in graph.nodes and node["namespace"] else []
    return {"namespaces": spaces, "devices": list(devices.values()), "joined": list(far.values())}
