"""Who loses what if a node fails: what was in reach before, less what is in reach without it."""

from collections.abc import Mapping
from typing import TypedDict

import networkx as nx

from netboard.core.errors import Missing
from netboard.core.graph import OUTSIDE, build, related, start, ways
from netboard.core.ids import class_of
from netboard.core.wire import Edge, Node


class Loss(TypedDict):
    """What one container loses: ids of networks and containers, and `outside`."""

    container: str
    loses: list[str]


def impact(nodes: Mapping[str, Node], edges: Mapping[str, Edge], node: str) -> list[Loss]:
    """The losses of every container but the failed one, by container id.

    What a failed node contains fails with it, a network's bridge with the network, a tunnel with the device that
    carries it. Of containers that are lost together with a network that both are on only the network is named.
    Raises `Missing` for a node that is not there.
    """
    if node not in nodes:
        raise Missing("There is no such node; it may be gone since.", code="node_missing", params={"node": node})
    graph = build(nodes, edges)
    before = ways(graph)
    failed = _failing(graph, node)
    failed |= {start(id) for id in failed}
    after = before.copy()
    after.remove_nodes_from(failed & set(before))
    touched: set[str] = set()
    for id in failed & set(before):
        touched |= {id} | nx.ancestors(before, id)
    losses: list[Loss] = []
    for id in sorted(nodes):
        if id == node or class_of(id) != "container" or start(id) not in touched:
            continue
        left = nx.descendants(after, start(id)) if start(id) in after else set()
        lost = _named(graph, id, nx.descendants(before, start(id)) - left - {id})
        if lost:
            losses.append({"container": id, "loses": lost})
    return losses


def _failing(graph: "nx.MultiDiGraph[str]", node: str) -> set[str]:
    failed, waiting = set(), [node]
    while waiting:
        id = waiting.pop()
        if id in failed:
            continue
        failed.add(id)
        waiting.extend(related(graph, id, "contains", "from"))
        waiting.extend(related(graph, id, "underlay", "to"))
        if class_of(id) == "network":
            waiting.extend(related(graph, id, "implements", "to"))
    return failed


def _named(graph: "nx.MultiDiGraph[str]", container: str, lost: set[str]) -> list[str]:
    """Networks that it is on, the outside, and containers that are not lost with one of these networks."""
    networks = lost & set(related(graph, container, "endpoint", "from"))
    implied = {other for network in networks for other in related(graph, network, "endpoint", "to")}
    others = {id for id in lost - implied if id in graph and class_of(id) == "container"}
    return [*sorted(networks), *([OUTSIDE] if OUTSIDE in lost else []), *sorted(others)]
