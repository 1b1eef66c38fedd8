"""What the pages read of the live graphs: only hosts that the person may see, never more than a page can show."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from netboard.accounts.access import Visible
from netboard.core.errors import Missing
from netboard.core.ids import FLEET, host_of
from netboard.core.ports import HostGraph, LogReader
from netboard.core.wire import Edge, Node
from netboard.wiring import build
from netboard.wiring.settings import settings


class Found(NamedTuple):
    """One node with the graph it stands in."""

    node: Node
    graph: HostGraph


@functools.cache
def reader() -> LogReader:
    """The process's reader; threads share it. Making it asks nothing of the bus yet."""
    return build.log_reader(settings())


def hosts(visible: Visible) -> list[str]:
    """Ids of the hosts that may be seen."""
    return visible.among(reader().hosts())


def graphs(visible: Visible, only: str = "", after: str = "") -> Iterator[tuple[str, HostGraph]]:
    """The graphs of visible hosts in order of their ids, read one by one as they are asked for; `after` skips some."""
    for host in hosts(visible):
        if (only and host != only) or host <= after:
            continue
        found = reader().graph(host)
        if found is not None:
            yield host, found[1]


def find(visible: Visible, node_id: str) -> Found:
    """A node that may be seen, by netboard's id. Raises `Missing` for all others alike."""
    host = host_of(node_id)
    wanted = "" if host == FLEET else host
    if not wanted or visible.sees(wanted):
        for _, graph in graphs(visible, only=wanted):
            node = graph.nodes.get(node_id)
            if node is not None:
                return Found(node, graph)
    raise Missing("There is no such object, or you may not see it.")


def edges_of(graph: HostGraph, node_id: str) -> list[Edge]:
    """The edges that start or end at a node."""
    return [edge for edge in graph.edges.values() if node_id in (edge["source"], edge["target"])]
