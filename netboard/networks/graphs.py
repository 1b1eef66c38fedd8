"""The hosts' graphs as REST, pages and plans read them: decoded once, then carried along by the deltas of the log.

Who is asking is not known here: callers filter by `visible_to`. Every function raises `BusUnavailable`.
"""

import functools
import threading
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec
from django.conf import settings

from netboard.core import ids
from netboard.core.feed import Entry
from netboard.core.ports import HostGraph
from netboard.core.wire import Edge, Node
from netboard.hosts.selectors import reader

NEARBY: Final = 200
"""Deltas that are applied to a graph that was decoded before; after a longer absence it is decoded anew."""
_NODES: Final = 400_000
"""Nodes that are kept decoded at most, in all graphs together; those asked for longest ago go first."""

__all__ = ["Known", "hosts", "known", "networks", "networks_of", "of", "passed", "reader"]

_decode: Final = msgspec.json.Decoder(dict).decode


def _node(raw: bytes) -> Node:
    return cast("Node", _decode(raw))


class Known(NamedTuple):
    """A host's decoded graph at one position of its log; not to be changed."""

    epoch: str
    seq: int
    graph: HostGraph


class _Cache:
    """Graphs by host; the one asked for last is at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Known] = OrderedDict()

    def get(self, host: str) -> Known | None:
        """The host's graph as its log stands now."""
        head = reader().heads([host]).get(host)
        if head is None:
            return None
        with self._lock:
            known = self._kept.get(host)
        if known is None or known.epoch != head.epoch or not 0 <= head.seq - known.seq <= NEARBY:
            found = reader().graph(host)
            if found is None:
                return None
            position, graph = found
            known = Known(position["epoch"], position["seq"], graph)
        elif known.seq < head.seq:
            known = _carried(known, reader().between(host, head.epoch, known.seq, head.seq)) or known
            if known.seq < head.seq:
                found = reader().graph(host)
                if found is None:
                    return None
                known = Known(found[0]["epoch"], found[0]["seq"], found[1])
        self._keep(host, known)
        return known

    def _keep(self, host: str, decoded: Known) -> None:
        with self._lock:
            self._kept[host] = decoded
            self._kept.move_to_end(host)
            total = sum(len(each.graph.nodes) for each in self._kept.values())
            while total > _NODES and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                total -= len(gone.graph.nodes)


def _carried(known: Known, entries: list[Entry]) -> Known | None:
    """The graph after these entries; None where one is missing. The old one is left as it is: others may hold it."""
    if [entry.seq for entry in entries] != list(range(known.seq + 1, known.seq + 1 + len(entries))):
        return None
    nodes: dict[str, Node] = dict(known.graph.nodes)
    edges: dict[str, Edge] = dict(known.graph.edges)
    for entry in entries:
        for part in (entry.own, entry.fleet):
            _apply(nodes, part.nodes, part.removed_nodes)
            _apply(edges, part.edges, part.removed_edges)
    return Known(known.epoch, entries[-1].seq, HostGraph(nodes, edges)) if entries else None


def _apply(objects: MutableMapping[str, Any], put: Mapping[str, bytes], gone: Sequence[str]) -> None:
    for object_id in gone:
        objects.pop(object_id, None)
    for object_id, raw in put.items():
        objects[object_id] = _decode(raw)


class _Tops:
    """The networks of each host, with where its log stood."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, int, list[Node]]] = {}

    def of(self, hosts_: Sequence[str]) -> dict[str, list[Node]]:
        """The networks of these hosts as their logs stand now."""
        heads = reader().heads(list(hosts_))
        with self._lock:
            known = {host: self._kept[host] for host in heads if host in self._kept}
        stale = [host for host, head in heads.items() if known.get(host, ("", 0))[:2] != (head.epoch, head.seq)]
        for host, kept in reader().tops(stale).items():
            raw = [*kept.own.nodes.values(), *kept.fleet.nodes.values()]
            nodes: list[Node] = [node for node in map(_node, raw) if node["kind"] == "network"]
            known[host] = (kept.head.epoch, kept.head.seq, nodes)
        with self._lock:
            self._kept.update(known)
        return {host: nodes for host, (_, _, nodes) in known.items()}


@functools.cache
def _tops(_url: str) -> _Tops:
    return _Tops()


@functools.cache
def _cache(_url: str) -> _Cache:
    return _Cache()


def hosts() -> list[str]:
    """Ids of all hosts that have reported."""
    return reader().hosts()


def known(host: str) -> Known | None:
    """The graph of one host, with its part in the fleet, and where it stands; None where it has none."""
    return _cache(settings.NETBOARD.redis).get(host)


def of(host: str) -> HostGraph | None:
    """The graph of one host; None where it has none."""
    found = known(host)
    return found.graph if found else None


@functools.lru_cache(maxsize=512)
def passed(host: str, epoch: str, seq: int, engine_id: str) -> bool:
    """Whether the last `NEARBY` entries of the host's log up to `seq` tell of a network or container with this full
    engine id: it was there, whether it still is or not."""
    wanted = {ids.network_id(host, engine_id), ids.network_id(ids.FLEET, engine_id), ids.container_id(host, engine_id)}
    for entry in reader().between(host, epoch, max(0, seq - NEARBY), seq):
        for part in (entry.own, entry.fleet):
            if not wanted.isdisjoint(part.nodes) or not wanted.isdisjoint(part.removed_nodes):
                return True
    return False


def networks(hosts_: Sequence[str]) -> dict[str, list[Node]]:
    """The Docker networks of many hosts, without reading anything else of them; only what changed is read anew."""
    return _tops(settings.NETBOARD.redis).of(hosts_)


def networks_of(host: str) -> list[Node]:
    """The Docker networks of one host."""
    return networks([host]).get(host, [])
