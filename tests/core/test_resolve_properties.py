"""Whatever happens in whatever order: current equals fresh, deltas lead there, and nobody's slot moves.

world 0 ──changes──► world 1 ──changes──► world 2 …      at each step:
incremental graph == graph resolved from scratch == graph before + change == first graph + merged changes
"""

import json
from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.core.diff import NO_CHANGE, apply, diff, merge
from netboard.core.facts import apply as apply_facts
from netboard.core.model import Facts
from netboard.core.ports import HostGraph
from netboard.core.resolve import Resolver
from netboard.core.wire import Node
from tests.core.worlds import dumps, later, steps, world

EMPTY = HostGraph({}, {})


SEEDS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_incremental_equals_fresh_and_deltas_lead_there(seed: int) -> None:
    random = Random(seed)
    facts, resolver = Facts("h"), Resolver("h")
    target = world(random)
    graph, merged = EMPTY, NO_CHANGE
    for _ in range(4):
        for change in random.choice((dumps(target), steps(facts, target))):
            before = graph
            delta = resolver.update(facts, apply_facts(facts, change))
            graph, merged = apply(graph, delta), merge(merged, delta)
            now = resolver.graph()
            assert graph == now
            assert delta == diff(before, now)
            fresh = Resolver("h", resolver.slots())
            fresh.update(facts, None)
            assert fresh.graph() == now
            _check_whole(now)
            _check_slots(before, now)
        assert facts == target
        target = later(target, random, random.randint(1, 4))
    assert apply(EMPTY, merged) == graph


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_resolving_everything_anew_tells_only_what_differs(seed: int) -> None:
    random = Random(seed)
    first = world(random)
    resolver = Resolver("h")
    resolver.update(first, None)
    before = resolver.graph()
    told = json.dumps([before.nodes, before.edges])
    assert not resolver.update(first, None), "nothing has changed"
    delta = resolver.update(later(first, random, 5), None)
    assert apply(before, delta) == resolver.graph()
    assert json.dumps([before.nodes, before.edges]) == told, "objects that were told once never change afterwards"
    assert json.loads(told) == [before.nodes, before.edges]


def test_the_random_worlds_hold_what_is_worth_testing() -> None:
    seen: Counter[tuple[object, ...]] = Counter()
    for seed in range(150):
        resolver = Resolver("h")
        resolver.update(world(Random(seed)), None)
        graph = resolver.graph()
        seen.update((edge["kind"], edge["certain"], "candidates" in edge) for edge in graph.edges.values())
        seen.update((warning["code"],) for node in graph.nodes.values() for warning in node["warnings"])
    for what in (
        *(("peer", True, False), ("peer", False, False), ("peer", False, True)),
        *(("lower", True, False), ("underlay", True, False), ("underlay", False, False), ("port", True, False)),
        *(("implements", True, False), ("endpoint", True, False)),
        *(("bridge_missing",), ("bridge_orphaned",), ("address_differs",), ("mac_differs",), ("duplicate_mac",)),
        *(("duplicate_address",), ("namespace_undecided",), ("endpoint_without_interface",)),
        *(("peer_outside",), ("peer_undecided",), ("lower_outside",)),
    ):
        assert seen[what] > 0, (what, seen)


def _check_whole(graph: HostGraph) -> None:
    """No edge leads to a node that is not there, every node but host and overlay has a parent that contains it."""
    for edge in graph.edges.values():
        assert edge["source"] in graph.nodes, edge
        assert edge["target"] is None or edge["target"] in graph.nodes, edge
        assert edge["target"] is not None or not edge["certain"], edge
        assert all(candidate in graph.nodes for candidate in edge.get("candidates", [])), edge
    for id, node in graph.nodes.items():
        if node["parent"] is not None:
            assert graph.edges[f"{id}.in"]["source"] == node["parent"]


def _check_slots(before: HostGraph, after: HostGraph) -> None:
    """Siblings have slots of their own, and who lives on among the same siblings keeps his."""
    taken = set()
    for id, node in after.nodes.items():
        group = _siblings(node, after)
        assert (group, node["slot"]) not in taken, id
        taken.add((group, node["slot"]))
        old = before.nodes.get(id)
        if old is not None and _siblings(old, before) == group:
            assert old["slot"] == node["slot"], id


def _siblings(node: Node, graph: HostGraph) -> tuple[object, ...]:
    facts = node["facts"]
    match node["kind"]:
        case "container":
            return ("container", facts["primary"] or facts["network_mode"])
        case "network":
            return ("network", node["host"])
        case "namespace":
            return ("namespace", node["id"] if facts["docker"] and not facts["is_host"] else "")
        case "host":
            return ("host",)
        case "nic" | "bond" | "team":
            return (node["namespace"], "uplink")
    carries = any(e["kind"] == "implements" and e["source"] == node["id"] for e in graph.edges.values())
    if node["kind"] == "loopback" or carries:
        return (node["namespace"], "elsewhere")
    return (node["namespace"], "port" if node["kind"] in ("veth", "netkit") and facts["master"] else "further")
