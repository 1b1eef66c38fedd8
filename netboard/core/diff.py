"""Differences of graphs: made, applied, merged.

apply(old, diff(old, new)) == new
apply(apply(g, first), second) == apply(g, merge(first, second))
"""

from collections.abc import Mapping
from typing import TypeVar

from netboard.core.ports import Change, HostGraph

T = TypeVar("T")

NO_CHANGE = Change({}, {}, frozenset(), frozenset())


def diff(old: HostGraph, new: HostGraph) -> Change:
    """What leads from one graph to another."""
    return Change(
        {id: node for id, node in new.nodes.items() if old.nodes.get(id) != node},
        {id: edge for id, edge in new.edges.items() if old.edges.get(id) != edge},
        frozenset(old.nodes.keys() - new.nodes.keys()),
        frozenset(old.edges.keys() - new.edges.keys()),
    )


def apply(graph: HostGraph, change: Change) -> HostGraph:
    """The graph after a change; the one before stays as it is."""
    return HostGraph(
        _apply(graph.nodes, change.nodes, change.removed_nodes),
        _apply(graph.edges, change.edges, change.removed_edges),
    )


def merge(first: Change, second: Change) -> Change:
    """One change that does what two in a row do."""
    return Change(
        _apply(first.nodes, second.nodes, second.removed_nodes),
        _apply(first.edges, second.edges, second.removed_edges),
        (first.removed_nodes - second.nodes.keys()) | second.removed_nodes,
        (first.removed_edges - second.edges.keys()) | second.removed_edges,
    )


def _apply(before: Mapping[str, T], upsert: Mapping[str, T], removed: frozenset[str]) -> dict[str, T]:
    after = {id: one for id, one in before.items() if id not in removed}
    after.update(upsert)
    return after
