"""What the pages read of the live graphs: only hosts that the person may see, and no more than a page can show."""

from collections.abc import Iterator
from typing import NamedTuple

from netboard.accounts.access import Visible
from netboard.core.model import Json
from netboard.core.ports import HostGraph
from netboard.core.wire import Edge, Node
from netboard.networks import graphs as shared
from netboard.networks import reading


class Found(NamedTuple):
    """One node with the graph it stands in."""

    node: Node
    graph: HostGraph


def hosts(visible: Visible) -> list[str]:
    """Ids of the hosts that may be seen, sorted."""
    return sorted(reading.hosts(visible))


def graphs(visible: Visible, only: str = "", after: str = "") -> Iterator[tuple[str, shared.Known]]:
    """The graphs of visible hosts in order of their ids, read one by one as they are asked for; `after` skips some."""
    for host in hosts(visible):
        if (only and host != only) or host <= after:
            continue
        known = shared.known(host)
        if known is not None:
            yield host, known


def nodes(visible: Visible, kind: str, only: str = "", after: str = "") -> Iterator[tuple[str, list[Node]]]:
    """Networks or containers of visible hosts in order of their ids; `after` skips some. Networks cost little: what is
    shown from afar is read without the rest."""
    chosen = [host for host in hosts(visible) if (not only or host == only) and host > after]
    if kind == "network":
        for start in range(0, len(chosen), 60):
            batch = chosen[start : start + 60]
            told = shared.networks(batch)
            yield from ((host, told[host]) for host in batch if host in told)
        return
    for host, known in graphs(visible, only, after):
        yield host, [node for node in known.graph.nodes.values() if node["kind"] == kind]


def find(visible: Visible, node_id: str) -> Found:
    """A node that may be seen, by netboard's id. Raises `Missing` for all others alike."""
    graph = reading.graph_around(visible, node_id)
    return Found(graph.nodes[node_id], graph)


def edges_of(graph: HostGraph, node_id: str) -> list[Edge]:
    """The edges that start or end at a node."""
    return [edge for edge in graph.edges.values() if node_id in (edge["source"], edge["target"])]


def annex(host: str, namespace: str) -> Json:
    """Neighbours and forwarding entries of a namespace; None where nothing is told."""
    return shared.reader().annex(host, namespace)
