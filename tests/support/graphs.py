"""Small graphs for tests: a host with a bridge network and containers on it.

h1 ── net0 (h1.w.net0) ── c0, c1 … (h1.c.c0), each with an endpoint edge to net0
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from netboard.core.ports import Change, HostGraph, HostStatus
from netboard.core.wire import Edge, EdgeKind, Node, State


def now() -> str:
    """RFC 3339 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def node(
    node_id: str, kind: str = "container", *, name: str = "", state: State = "up", slot: int = 0, **facts: Any
) -> Node:
    """A node of the host that its id names."""
    host = node_id.partition(".")[0]
    return {
        "id": node_id,
        "kind": kind,
        "name": name or node_id.rpartition(".")[2],
        "host": None if host == "fleet" else host,
        "namespace": None,
        "parent": None if kind == "host" else host,
        "slot": slot,
        "state": state,
        "warnings": [],
        "facts": facts,
    }


def edge(edge_id: str, kind: EdgeKind, source: str, target: str | None, **facts: Any) -> Edge:
    """A certain edge."""
    return {
        "id": edge_id,
        "kind": kind,
        "source": source,
        "target": target,
        "certain": True,
        "evidence": "a test says so",
        "facts": facts,
    }


def container(host: str, name: str, network: str = "net0", **facts: Any) -> tuple[Node, list[Edge]]:
    """A container and its endpoint on a network of its host."""
    node_id = f"{host}.c.{name}"
    return node(node_id, id=name * 8, **facts), [
        edge(f"{node_id}.in", "contains", host, node_id),
        edge(f"{node_id}.e.{network}", "endpoint", node_id, f"{host}.w.{network}", address="10.0.0.2/24"),
    ]


def host_graph(host: str, containers: int = 2, **host_facts: Any) -> HostGraph:
    """A host with `net0` and so many containers on it."""
    nodes = {host: node(host, "host", name=host, **host_facts)}
    network = node(f"{host}.w.net0", "network", driver="bridge", id="net0" * 16, subnets=[{"subnet": "10.0.0.0/24"}])
    nodes[network["id"]] = network
    edges = {f"{host}.w.net0.in": edge(f"{host}.w.net0.in", "contains", host, network["id"])}
    for number in range(containers):
        made, its_edges = container(host, f"c{number}", slot=number)
        nodes[made["id"]] = made
        edges.update({each["id"]: each for each in its_edges})
    return HostGraph(nodes, edges)


def change(
    nodes: Iterable[Node] = (),
    edges: Iterable[Edge] = (),
    removed_nodes: Iterable[str] = (),
    removed_edges: Iterable[str] = (),
) -> Change:
    """A change of these objects."""
    return Change(
        {each["id"]: each for each in nodes},
        {each["id"]: each for each in edges},
        frozenset(removed_nodes),
        frozenset(removed_edges),
    )


def status(host: str, *, engine: str = "live", kernel: str = "live", code: str = "", at: str = "") -> HostStatus:
    """A heartbeat of now."""
    at = at or now()
    return {
        "host": host,
        "title": host.upper(),
        "at": at,
        "started": at,
        "version": "0.1.0",
        "sources": {
            "engine": {"state": engine, "since": at, "code": code, "params": {}},
            "kernel": {"state": kernel, "since": at, "code": "", "params": {}},
        },
        "engine": {},
        "checks": 0,
        "differences": 0,
    }
