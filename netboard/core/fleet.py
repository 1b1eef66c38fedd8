"""What spans hosts, and what a host looks like from afar.

An overlay network is one node for everybody, but each host tells it as it sees it: `merge_overlay` makes one of them.
"""

from collections.abc import Mapping
from typing import Final

from netboard.core.ids import FLEET, class_of, host_of
from netboard.core.model import Json
from netboard.core.ports import HostGraph
from netboard.core.wire import Edge, Node, State, Warning

_WORST: Final[tuple[State, ...]] = ("down", "degraded", "paused", "stopped", "unknown", "up")


def aggregate(graph: HostGraph) -> HostGraph:
    """One host from afar: the host and its networks, whose facts hold the counts, and what connects these."""
    nodes = {id: node for id, node in graph.nodes.items() if class_of(id) in ("host", "network")}
    edges = {id: edge for id, edge in graph.edges.items() if edge["source"] in nodes and edge["target"] in nodes}
    return HostGraph(nodes, edges)


def is_fleet_edge(edge: Edge) -> bool:
    """Whether an edge belongs to the pseudo-host `fleet`: it starts or ends at an overlay network."""
    return host_of(edge["source"]) == FLEET or (edge["target"] is not None and host_of(edge["target"]) == FLEET)


def split(graph: HostGraph) -> tuple[HostGraph, HostGraph]:
    """What is the host's own, and what belongs to the fleet."""
    nodes: tuple[dict[str, Node], dict[str, Node]] = ({}, {})
    edges: tuple[dict[str, Edge], dict[str, Edge]] = ({}, {})
    for id, node in graph.nodes.items():
        nodes[host_of(id) == FLEET][id] = node
    for id, edge in graph.edges.items():
        edges[is_fleet_edge(edge)][id] = edge
    return HostGraph(nodes[False], edges[False]), HostGraph(nodes[True], edges[True])


def merge_overlay(by_host: Mapping[str, Node]) -> Node:
    """The one node of an overlay network from what each host (by id) tells of it. Raises ValueError without any.

    Containers and used addresses are summed (a gateway is counted once), the worst state and all warnings kept; name,
    slot and the rest are what the first host by id says.
    """
    if not by_host:
        raise ValueError("nobody tells of this network")
    hosts = sorted(by_host)
    first = by_host[hosts[0]]
    seen = [by_host[host] for host in hosts]
    warnings: list[Warning] = []
    for host, node in zip(hosts, seen, strict=True):
        warnings.extend({"code": w["code"], "params": {**w["params"], "host": host}} for w in node["warnings"])
    facts = dict(first["facts"])
    facts["counts"] = {
        name: sum(_number(node["facts"].get("counts"), name) for node in seen) for name in ("containers", "running")
    }
    facts["subnets"] = _subnets(seen)
    return {
        **first,
        "state": min((node["state"] for node in seen), key=_WORST.index),
        "warnings": warnings,
        "facts": facts,
    }


def _subnets(seen: list[Node]) -> Json:
    merged: dict[str, dict[str, Json]] = {}
    for node in seen:
        told = node["facts"].get("subnets")
        for subnet in told if isinstance(told, list) else []:
            if not isinstance(subnet, dict):
                continue
            key = str(subnet.get("subnet"))
            fixed = 1 if subnet.get("gateway") else 0
            if key in merged:
                merged[key]["used"] = _number(merged[key], "used") + _number(subnet, "used") - fixed
            else:
                merged[key] = dict(subnet)
    return [*merged.values()]


def _number(told: Json, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else 0
    return value if isinstance(value, int) else 0
