"""The resolver of one host: facts in, changes of the graph out, at the price of what changed.

    touched facts → changed look-ups → units that made them → new fragments → slots → difference

Containers come first, since they say which namespace they live in; the host comes last, since it counts the others.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Final

from netboard import __version__
from netboard.core.facts import keys
from netboard.core.model import FactKey, Facts
from netboard.core.ports import Change, HostGraph
from netboard.core.resolve import container, device, host, namespace, network
from netboard.core.resolve.fragment import NOTHING, Fragment, Unit
from netboard.core.resolve.index import Dep, Index
from netboard.core.slots import Group, Slots
from netboard.core.wire import Edge, Node

_RESOLVERS: Final[Mapping[object, Callable[[Index, str, Unit], Fragment]]] = {
    "container": container.resolve,
    "network": network.resolve,
    "namespace": namespace.resolve,
    "link": device.resolve,
}
_NOBODY: Final[frozenset[Unit]] = frozenset()


class Resolver:
    """Keeps the graph of one host. `slots` are those that its nodes had before."""

    def __init__(self, host: str, slots: Mapping[str, int] | None = None) -> None:
        self._host = host
        self._slots = Slots(slots)
        self._nodes: dict[str, Node] = {}
        self._edges: dict[str, Edge] = {}
        self._start()

    def _start(self) -> None:
        self._index = Index()
        self._fragments: dict[Unit, Fragment] = {}
        self._reads: dict[Unit, Set[Dep]] = {}
        self._readers: dict[Dep, set[Unit]] = {}
        self._tally = host.Tally()

    def graph(self) -> HostGraph:
        """The graph as it is now. Later updates do not reach it; its objects are never changed."""
        return HostGraph(dict(self._nodes), dict(self._edges))

    def slots(self) -> dict[str, int]:
        """The slots by node id, also of nodes that are expected but have not shown up."""
        return self._slots.all()

    def update(self, facts: Facts, touched: Iterable[FactKey] | None) -> Change:
        """Resolve what the touched facts affect; None: everything, from scratch. Tells what differs from before."""
        if touched is None:
            self._start()
            self._index.load(facts)
            fragments = self._resolve({key for key in keys(facts) if key[0] != "host"})
            nodes = {f.node["id"] for f in fragments.values() if f.node is not None} | {self._host}
            edges = {e["id"] for f in fragments.values() for e in f.edges}
            return self._publish(facts, fragments, self._nodes.keys() - nodes, self._edges.keys() - edges)
        dirty: set[Unit] = set()
        for key in touched:
            for dep in self._index.update(facts, key):
                dirty |= self._readers.get(dep, _NOBODY)
            if key[0] != "host":
                dirty.add(key)
        return self._publish(facts, self._resolve(dirty), set(), set())

    # ── resolving ────────────────────────────────────────────────────────────────────────────────────────────────

    def _resolve(self, dirty: set[Unit]) -> dict[Unit, Fragment]:
        """New fragments of these units and of those that are affected by where containers live now."""
        fragments: dict[Unit, Fragment] = {}
        movers = [unit for unit in dirty if unit[0] == "container"]
        for unit in movers:
            fragments[unit] = fragment = self._ask(unit)
            before = self._fragments.get(unit, NOTHING).namespace
            if before != fragment.namespace:
                for dep in self._index.tenant(str(unit[1]), before, fragment.namespace):
                    dirty |= self._readers.get(dep, _NOBODY)
        for unit in dirty:
            if unit not in fragments:
                fragments[unit] = self._ask(unit)
        return fragments

    def _ask(self, unit: Unit) -> Fragment:
        index = self._index
        reads = index.reads = set()
        fragment = _RESOLVERS[unit[0]](index, self._host, unit)
        before = self._reads.get(unit)
        if before is None:
            self._reads[unit] = reads
            readers = self._readers
            for dep in reads:
                known = readers.get(dep)
                if known is None:
                    readers[dep] = {unit}
                else:
                    known.add(unit)
        elif reads != before:
            self._forget(unit, before - reads)
            for dep in reads - before:
                self._readers.setdefault(dep, set()).add(unit)
            self._reads[unit] = reads
        return fragment

    def _forget(self, unit: Unit, deps: Set[Dep]) -> None:
        """The unit does not look these up any more."""
        for dep in deps:
            readers = self._readers[dep]
            readers.discard(unit)
            if not readers:
                del self._readers[dep]

    # ── publishing ───────────────────────────────────────────────────────────────────────────────────────────────

    def _publish(
        self, facts: Facts, fragments: Mapping[Unit, Fragment], gone_nodes: set[str], gone_edges: set[str]
    ) -> Change:
        """Put fragments in the place of those before; `gone_*`: what is known to be gone already."""
        nodes: dict[str, Node] = {}
        edges: dict[str, Edge] = {}
        gone_nodes, gone_edges = set(gone_nodes), set(gone_edges)
        wanted: list[tuple[str, Group]] = [(self._host, ("host",))]
        for unit, fragment in sorted(fragments.items(), key=_rank):
            before = self._fragments.get(unit, NOTHING)
            if before.node is not None:
                gone_nodes.add(before.node["id"])
            gone_edges.update(edge["id"] for edge in before.edges)
            self._keep(unit, before, fragment)
            if fragment.node is not None:
                nodes[fragment.node["id"]] = fragment.node
                wanted.append((fragment.node["id"], fragment.group))
            edges.update((edge["id"], edge) for edge in fragment.edges)
        nodes[self._host] = host.node(facts, self._tally, __version__)
        gone_nodes -= nodes.keys()
        gone_edges -= edges.keys()
        self._slots.settle(wanted, gone_nodes)
        for id, node in nodes.items():
            node["slot"] = self._slots.of(id)
        return self._replace(nodes, edges, gone_nodes, gone_edges)

    def _keep(self, unit: Unit, before: Fragment, fragment: Fragment) -> None:
        self._tally.replace(before.node, fragment.node)
        if fragment is not NOTHING:
            self._fragments[unit] = fragment
            return
        self._fragments.pop(unit, None)
        if self._reads.get(unit) == {unit}:
            self._forget(unit, self._reads.pop(unit))

    def _replace(
        self, nodes: Mapping[str, Node], edges: Mapping[str, Edge], gone_nodes: set[str], gone_edges: set[str]
    ) -> Change:
        changed_nodes = {id: node for id, node in nodes.items() if self._nodes.get(id) != node}
        changed_edges = {id: edge for id, edge in edges.items() if self._edges.get(id) != edge}
        removed_nodes = frozenset(id for id in gone_nodes if self._nodes.pop(id, None) is not None)
        removed_edges = frozenset(id for id in gone_edges if self._edges.pop(id, None) is not None)
        self._nodes.update(changed_nodes)
        self._edges.update(changed_edges)
        return Change(changed_nodes, changed_edges, removed_nodes, removed_edges)


def _rank(entry: tuple[Unit, Fragment]) -> tuple[object, ...]:
    """In which order newcomers are given slots: networks and containers by age, devices by ifindex."""
    unit, (node, _, _, _) = entry
    if node is None:
        return (-1, 0, "", "", 0)
    facts = node["facts"]
    match unit[0]:
        case "link":
            return (3, 0, "", unit[1], unit[2] if len(unit) > 2 else 0)
        case "namespace":
            return (1, 0 if facts["is_host"] else 1, "", unit[1], 0)
        case "container":
            return (2, facts["created"], node["name"], unit[1], 0)
    return (0, 0 if facts["builtin"] else 1, facts["created"], unit[1], 0)
