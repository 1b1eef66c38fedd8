"""Schedules, states and causes of monitors: what no clock and no flapping may break."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.core.probes.causes import Thing, group
from netboard.core.probes.history import Span, merged, pack, unpack
from netboard.core.probes.schedule import Schedule, is_open, slot
from netboard.core.probes.states import Memory, Thresholds, remembered, step
from netboard.core.probes.targets import Ask, Why, World, gateways, resolve
from tests.support.graphs import edge, node

LIMITS = Thresholds()


def played(outcomes: str, limits: Thresholds = LIMITS) -> list[str]:
    """The states after each outcome, as long as they change."""
    memory, seen = Memory(), ["unknown"]
    for letter in outcomes:
        memory = step(memory, {"o": True, "x": False, "?": None}[letter], 100.0, limits)
        assert remembered(memory.kept()) == memory
        if memory.state != seen[-1]:
            seen.append(memory.state)
    return seen


@pytest.mark.parametrize(
    ("outcomes", "states"),
    [
        ("o", ["unknown", "up"]),
        ("xx", ["unknown"]),
        ("xxx", ["unknown", "down"]),
        ("oxxo" * 1, ["unknown", "up"]),
        ("oxxxoooo", ["unknown", "up", "down"]),
        ("oxxxooooo", ["unknown", "up", "down", "up"]),
        ("o" * 9 + "ox" * 30, ["unknown", "up", "degraded"]),
        ("oo??", ["unknown", "up", "unknown"]),
        ("oo?o?o", ["unknown", "up"]),
        ("oxxx??xx", ["unknown", "up", "down", "unknown", "down"]),
        ("oxxx??o", ["unknown", "up", "down", "unknown", "down"]),
    ],
)
def test_states(outcomes: str, states: list[str]) -> None:
    assert played(outcomes) == states


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("ox"), min_size=1, max_size=400))
def test_whatever_flaps_goes_down_seldom(outcomes: list[str]) -> None:
    seen = played("".join(outcomes))
    assert seen.count("down") <= 1 + len(outcomes) // (LIMITS.down_after + LIMITS.up_after)
    assert seen.count("down") <= 6 + len(outcomes) // (LIMITS.down_after + 8 * LIMITS.up_after)


def test_slow_answers_are_degraded_until_they_are_quick_again() -> None:
    limits = Thresholds(rtt_us=1000.0)
    memory = Memory()
    seen: list[str] = []
    for rtt in [100.0] * 10 + [5000.0] * 12 + [100.0] * 20:
        memory = step(memory, True, rtt, limits)
        if not seen or seen[-1] != memory.state:
            seen.append(memory.state)
    assert seen == ["up", "degraded", "up"]


def test_each_is_asked_once_an_interval_whatever_the_pauses() -> None:
    schedule: Schedule[int] = Schedule()
    for key in range(1000):
        schedule.put(key, 10.0, 0.1, 0.0)
    asked: dict[int, int] = dict.fromkeys(range(1000), 0)
    now, busiest = 0.0, 0
    while now < 200.0:
        due = schedule.due(now)
        assert len(due) == len(set(due))
        busiest = max(busiest, len(due)) if now > 20 else busiest
        for key in due:
            asked[key] += 1
        now += 0.25
    assert min(asked.values()) >= 18
    assert max(asked.values()) <= 23
    assert busiest < 100, "they are spread"
    after = schedule.due(100_000.0)
    assert len(after) == 1000, "what was missed is asked once"
    schedule.keep({1, 2})
    assert sorted(schedule.due(100_020.0)) == [1, 2]


@pytest.mark.parametrize(
    ("moment", "window", "within"),
    [
        ("2026-06-15T08:00:00+00:00", ([], "08:00", "18:00", "UTC"), True),
        ("2026-06-15T18:00:00+00:00", ([], "08:00", "18:00", "UTC"), False),
        ("2026-06-15T07:30:00+00:00", ([], "09:00", "18:00", "Europe/Paris"), True),
        ("2026-06-15T23:30:00+00:00", ([0], "22:00", "06:00", "UTC"), True),
        ("2026-06-16T05:30:00+00:00", ([0], "22:00", "06:00", "UTC"), True),
        ("2026-06-15T05:30:00+00:00", ([0], "22:00", "06:00", "UTC"), False),
    ],
)
def test_hours(moment: str, window: tuple[list[int], str, str, str], within: bool) -> None:
    days, since, until, zone = window
    made: Any = {"days": days, "since": since, "until": until, "zone": zone}
    assert is_open(made, datetime.fromisoformat(moment)) is within


def test_slots_are_the_same_for_everybody() -> None:
    moment = datetime(2026, 6, 15, 8, 17, tzinfo=UTC)
    assert slot(moment, 3600) == datetime(2026, 6, 15, 8, tzinfo=UTC)
    assert slot(moment + timedelta(minutes=42), 3600) == slot(moment, 3600)


def test_causes() -> None:
    def things(network: str, bad: int, good: int) -> list[Thing]:
        return [Thing(f"{network}{n}", network, f"c{network}{n}", n < bad) for n in range(bad + good)]

    def found(*known: Thing, broken: set[str] | None = None) -> list[tuple[str, str, int]]:
        return [(each.cause, each.thing, len(each.members)) for each in group("h", known, broken or set())]

    assert found(*things("n", 40, 0), *things("m", 0, 5)) == [("network", "n", 40)]
    assert found(*things("n", 2, 5), *things("m", 0, 5)) == [("monitor", "n0", 1), ("monitor", "n1", 1)]
    assert found(*things("n", 1, 9), broken={"n"}) == [("network", "n", 1)]
    assert found(*things("n", 9, 0), *things("m", 9, 1)) == [("host", "h", 18)]
    assert found(Thing("a", "", "c", True), Thing("b", "", "c", True)) == [("container", "c", 2)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(1.0, 1e7), min_size=1, max_size=30), min_size=1, max_size=8), st.floats(0.01, 1.0))
def test_percentiles_of_sums(parts: list[list[float]], share: float) -> None:
    spans = []
    for part in parts:
        span = Span()
        for rtt in part:
            span.add(True, rtt)
        assert unpack(pack(span.latencies)) == span.latencies
        spans.append(span)
    whole = sorted(rtt for part in parts for rtt in part)
    exact = whole[max(0, -(-int(share * 1e9) * len(whole) // 10**9) - 1)]
    near = merged(spans).percentile(share)
    assert near is not None
    place = whole.index(exact)
    around = whole[max(0, place - 1) : place + 2]
    assert min(around) * 0.95 <= near <= max(around) * 1.05


def world_of(driver: str, state: Any = "up") -> World:
    world = World()
    world.put(
        [
            node("h.n.1", "namespace", inode=7, names=["/run/netns/x"], pids=[]),
            {**node("h.c.a", id="a", state=state), "namespace": "h.n.1"},
            node("h.c.b", id="b", state="paused"),
            node("h.w.n", "network", id="n", driver=driver, subnets=[{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]),
        ],
        [
            edge("h.c.a.e.n", "endpoint", "h.c.a", "h.w.n", address="10.0.0.2/24", gateway="10.0.0.1"),
            edge("h.c.b.e.n", "endpoint", "h.c.b", "h.w.n", address="10.0.0.3/24", gateway="10.0.0.1"),
        ],
    )
    return world


def asked(world: World, target: Any, source: str = "a", allowed: tuple[str, ...] = ()) -> Any:
    watch: Any = {"monitor": 1, "interval": 1, "jitter": 0, "timeout": 1, "source": {}, "target": target}
    watch["source"] = {"container": source} if source else {}
    [(_key, found)] = resolve(world, watch, allowed)
    return found


def test_what_a_monitor_asks_stays_on_the_machine() -> None:
    inside, outside = world_of("bridge"), world_of("macvlan")
    to_b = {"kind": "container", "container": "b"}
    found = asked(inside, to_b)
    assert isinstance(found, Ask)
    assert (found.address, found.note, found.place.paths) == ("10.0.0.3", "paused", ("/run/netns/x",))
    assert set(gateways(inside, [])) == {"a"}
    assert gateways(outside, []) == {}
    assert set(gateways(outside, ["10.0.0.0/24"])) == {"a"}
    assert asked(outside, to_b) == Why(None, "not_allowed")
    assert isinstance(asked(outside, to_b, allowed=("10.0.0.0/24",)), Ask)
    assert asked(inside, {"kind": "address", "address": "192.0.2.1"}) == Why(None, "not_allowed")
    assert asked(inside, {"kind": "address", "address": "127.0.0.1"}, source="") == Why(None, "not_allowed")
    assert asked(inside, {"kind": "container", "container": "z"}) == Why(False, "gone")
    assert asked(world_of("bridge", "stopped"), to_b) == Why(None, "source_stopped")
    inside.drop([], ["h.c.b.e.n"])
    assert asked(inside, to_b) == Why(None, "no_address")
    inside.drop(["h.c.b"], [])
    assert asked(inside, to_b) == Why(False, "gone")
