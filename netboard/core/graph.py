"""A snapshot as networkx graphs: everything as it is told, and the ways that packets can take."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, cast

import networkx as nx

from netboard.core.wire import Edge, Node

OUTSIDE: Final = "outside"
"""Stands for everything beyond the hosts' physical devices."""


def build(nodes: Mapping[str, Node], edges: Mapping[str, Edge]) -> "nx.MultiDiGraph[str]":
    """All nodes and decided edges; attribute `node` and `edge` hold the objects, an edge's key is its id."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from((id, {"node": node}) for id, node in nodes.items())
    for id, edge in edges.items():
        if edge["target"] is not None and edge["source"] in nodes and edge["target"] in nodes:
            graph.add_edge(edge["source"], edge["target"], key=id, edge=edge, kind=edge["kind"])
    return graph


def ways(graph: "nx.MultiDiGraph[str]") -> "nx.DiGraph[str]":
    """Who can send to whom: an arrow for each step of a packet.

        start(container) ─► device ◄─► peer ◄─► bridge ─► network        bridge ─► host's namespace ─► nic ─► outside
                                          device ─► container

    A container starts at `start(id)` and is arrived at under its own id, so nothing is forwarded through containers.
    A bridge reaches the host's namespace unless its network is internal; the host's namespace reaches what leads
    outside only, so bridges do not reach each other, as Docker's isolation has it. What is down has no way through.
    """
    told: nx.DiGraph[str] = nx.DiGraph()
    told.add_node(OUTSIDE)
    for source, target, kind in _edges(graph.edges(data="kind")):
        if kind in ("peer", "port") or (kind == "lower" and not _is(graph, target, "network")):
            told.add_edges_from(((source, target), (target, source)))
    for id in graph:
        match _kind(graph, id):
            case "container":
                _from_container(graph, told, id)
            case "network":
                _to_network(graph, told, id)
            case "loopback" | "namespace" | "host":
                pass
            case _:
                _from_device(graph, told, id)
    told.remove_nodes_from([id for id in told if id in graph and _node(graph, id)["state"] == "down"])
    return told


def start(container: str) -> str:
    """Where the ways of a container begin."""
    return f"{container}>"


def related(graph: "nx.MultiDiGraph[str]", id: str, kind: str, way: Literal["to", "from"]) -> Iterable[str]:
    """Nodes at the other end of edges of a kind that lead to a node (sources) or from it (targets)."""
    if way == "to":
        return [source for source, target, found in _edges(graph.in_edges(id, data="kind")) if found == kind]
    return [target for source, target, found in _edges(graph.out_edges(id, data="kind")) if found == kind]


def _from_container(graph: "nx.MultiDiGraph[str]", told: "nx.DiGraph[str]", id: str) -> None:
    space = _node(graph, id)["namespace"]
    told.add_edge(start(id), id)
    if space is None or space not in graph:
        if _node(graph, id)["state"] not in ("stopped", "down"):
            for network in related(graph, id, "endpoint", "from"):
                told.add_edges_from(((start(id), network), (network, id)))
                if not _node(graph, network)["facts"].get("internal"):
                    told.add_edge(network, OUTSIDE)
        return
    if _node(graph, space)["facts"].get("is_host"):
        told.add_edge(start(id), space)
        told.add_edges_from(
            (start(id), d) for d in related(graph, space, "contains", "from") if _is(graph, d, "bridge")
        )
        return
    for device in related(graph, space, "contains", "from"):
        if _kind(graph, device) not in ("loopback", "container"):
            told.add_edges_from(((start(id), device), (device, id)))


def _from_device(graph: "nx.MultiDiGraph[str]", told: "nx.DiGraph[str]", id: str) -> None:
    """What the host sends leaves at `start` of a device with an address: its own macvlan children are not reached."""
    node = _node(graph, id)
    leaves = node["kind"] == "nic" or any(w["code"] == "peer_outside" for w in node["warnings"])
    if leaves:
        told.add_edge(id, OUTSIDE)
    space = _parent(graph, id)
    if not node["facts"].get("addresses") or space not in graph or not _node(graph, space)["facts"].get("is_host"):
        return
    if list(related(graph, id, "implements", "from")):
        return
    told.add_edge(space, start(id))
    below = [*related(graph, id, "lower", "from"), *related(graph, id, "port", "to")]
    told.add_edges_from((start(id), other) for other in [*below, *([OUTSIDE] if leaves else [])])
    if node["state"] == "down":
        told.remove_node(start(id))


def _to_network(graph: "nx.MultiDiGraph[str]", told: "nx.DiGraph[str]", id: str) -> None:
    internal = bool(_node(graph, id)["facts"].get("internal"))
    carriers = list(related(graph, id, "implements", "to"))
    tunnels = [device for device in carriers if _is(graph, device, "vxlan")]
    for device in tunnels or carriers:
        if _is(graph, device, "vxlan"):
            told.add_edges_from(((device, id), (id, device)))
            continue
        lower = list(related(graph, device, "lower", "from"))
        told.add_edges_from((below, id) for below in lower or [device])
        if _is(graph, device, "bridge") and not internal:
            told.add_edge(device, _parent(graph, device))


def _edges(told: object) -> Iterable[tuple[str, str, str]]:
    """Edges with their kind, as (source, target, kind)."""
    return cast(Iterable[tuple[str, str, str]], told)


def _node(graph: "nx.MultiDiGraph[str]", id: str) -> Node:
    return cast(Node, graph.nodes[id]["node"])


def _kind(graph: "nx.MultiDiGraph[str]", id: str) -> str:
    return _node(graph, id)["kind"]


def _is(graph: "nx.MultiDiGraph[str]", id: str, kind: str) -> bool:
    return _kind(graph, id) == kind


def _parent(graph: "nx.MultiDiGraph[str]", id: str) -> str:
    return _node(graph, id)["parent"] or OUTSIDE
