"""What an observer writes is what readers read: whole graphs, deltas, slots, heartbeats, annexes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netboard.adapters.bus.reader import RedisLogReader
from netboard.adapters.bus.writer import RedisLogWriter, begin_many
from netboard.core.errors import BusUnavailable
from netboard.core.ports import Change, HostGraph
from tests.support.graphs import change, container, edge, host_graph, node, now, status
from tests.support.valkey import Valkey


def apply(graph: HostGraph, delta: Change) -> HostGraph:
    nodes = {k: v for k, v in {**graph.nodes, **delta.nodes}.items() if k not in delta.removed_nodes}
    edges = {k: v for k, v in {**graph.edges, **delta.edges}.items() if k not in delta.removed_edges}
    return HostGraph(nodes, edges)


def test_a_graph_is_read_as_it_was_begun(writer: RedisLogWriter, reader: RedisLogReader) -> None:
    graph = host_graph("h1", 3)
    position = writer.begin(graph, status("h1"))
    assert reader.hosts() == ["h1"]
    assert reader.graph("h1") == (position, graph)
    assert position["seq"] == 0


def test_deltas_change_graph_and_position_together(writer: RedisLogWriter, reader: RedisLogReader) -> None:
    graph = host_graph("h1", 2)
    epoch = writer.begin(graph, status("h1"))["epoch"]
    extra, edges = container("h1", "c9")
    first = change([extra], edges)
    second = change(removed_nodes=["h1.c.c0"], removed_edges=["h1.c.c0.in", "h1.c.c0.e.net0"])
    assert writer.append(first, now()) == {"epoch": epoch, "seq": 1}
    assert writer.append(second, now()) == {"epoch": epoch, "seq": 2}
    assert reader.graph("h1") == ({"epoch": epoch, "seq": 2}, apply(apply(graph, first), second))
    assert reader.heads(["h1"])["h1"].nodes == 4


IDS = [f"h1.c.x{number}" for number in range(6)] + ["fleet.w.over", "h1.w.more"]
TARGETS = ["fleet.w.over", "h1.w.net0"] * 3
CHANGES = st.builds(
    lambda put, states, gone: change(
        [node(each, state=state) for each, state in zip(put, states, strict=False)],
        [edge(f"{each}.e.o", "endpoint", each, target) for each, target in zip(put, TARGETS, strict=False)],
        [each for each in gone if each not in put],
        [f"{each}.e.o" for each in gone if each not in put],
    ),
    st.lists(st.sampled_from(IDS), unique=True, max_size=5),
    st.lists(st.sampled_from(["up", "down"]), min_size=5, max_size=5),
    st.lists(st.sampled_from(IDS), unique=True, max_size=4),
)


@given(st.lists(CHANGES, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_snapshot_plus_deltas_is_what_is_kept(
    writer: RedisLogWriter, reader: RedisLogReader, deltas: list[Change]
) -> None:
    expected = host_graph("h1", 1)
    writer.begin(expected, status("h1"))
    for delta in deltas:
        assert writer.append(delta, now()) is not None
        expected = apply(expected, delta)
    found = reader.graph("h1")
    assert found is not None
    assert found[1] == expected


def test_a_new_epoch_replaces_everything_and_is_later(writer: RedisLogWriter, reader: RedisLogReader) -> None:
    first = writer.begin(host_graph("h1", 3), status("h1"))
    second = writer.begin(host_graph("h1", 1), status("h1"))
    assert int(second["epoch"]) > int(first["epoch"])
    assert reader.graph("h1") == (second, host_graph("h1", 1))


def test_a_lost_log_is_noticed_and_nothing_half_is_written(
    valkey: Valkey, writer: RedisLogWriter, reader: RedisLogReader
) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    valkey.flush()
    assert writer.append(change(), now()) is None, "an empty change only asks"
    assert writer.append(change([node("h1.c.new")]), now()) is None
    assert reader.graph("h1") is None
    with pytest.raises(BusUnavailable) as lost:
        writer.report(status("h1"))
    assert lost.value.code == "bus_lost"
    writer.begin(host_graph("h1"), status("h1"))
    assert reader.graph("h1") is not None


def test_of_two_observers_of_one_host_the_earlier_stops(valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    other = RedisLogWriter(valkey.url, "h1")
    other.begin(host_graph("h1"), status("h1"))
    assert writer.append(change([node("h1.c.new")]), now()) is None
    assert other.append(change([node("h1.c.new")]), now()) is not None
    other.close()


def test_slots_come_from_the_last_graph_or_from_what_was_kept(valkey: Valkey, writer: RedisLogWriter) -> None:
    assert writer.slots() == {"h1": 0}
    second = RedisLogWriter(valkey.url, "h2")
    assert second.slots() == {"h2": 1}
    second.close()
    with valkey.client() as client:
        client.hset("netboard:host:h1:slots", mapping={"h1.c.c1": 7, "h1.c.kept": 5})
    writer.begin(host_graph("h1", 2), status("h1"))
    assert writer.slots() == {"h1": 0, "h1.w.net0": 0, "h1.c.c0": 0, "h1.c.c1": 1, "h1.c.kept": 5}


def test_heartbeats_annexes_and_forgetting(writer: RedisLogWriter, reader: RedisLogReader) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    said = status("h1", engine="stale", code="engine_silent")
    writer.report(said)
    assert reader.status("h1") == said
    assert reader.statuses(["h1", "h2"]) == {"h1": said}
    writer.keep_annexes({"h1.n.a": {"neighbours": []}, "h1.n.b": [1]})
    writer.keep_annexes({"h1.n.b": None})
    assert reader.annex("h1", "h1.n.a") == {"neighbours": []}
    assert reader.annex("h1", "h1.n.b") is None
    reader.forget("h1")
    assert reader.hosts() == []
    assert reader.graph("h1") is None
    assert reader.status("h1") is None


def test_many_hosts_begin_at_once(valkey: Valkey, reader: RedisLogReader) -> None:
    fleet = {f"h{number}": (host_graph(f"h{number}", 3), status(f"h{number}")) for number in range(130)}
    positions = begin_many(valkey.url, fleet)
    assert set(reader.hosts()) == set(fleet)
    assert reader.graph("h77") == (positions["h77"], fleet["h77"][0])


def test_every_method_says_that_the_bus_is_away(mortal_valkey: Valkey) -> None:
    writer, reader = RedisLogWriter(mortal_valkey.url, "h1"), RedisLogReader(mortal_valkey.url)
    writer.begin(host_graph("h1"), status("h1"))
    mortal_valkey.kill()
    for call in (
        writer.slots,
        lambda: writer.begin(host_graph("h1"), status("h1")),
        lambda: writer.append(change([node("h1.c.n")]), now()),
        lambda: writer.append(change(), now()),
        lambda: writer.report(status("h1")),
        lambda: writer.keep_annexes({"h1.n.a": 1}),
        reader.hosts,
        lambda: reader.graph("h1"),
        lambda: reader.status("h1"),
        lambda: reader.annex("h1", "h1.n.a"),
        lambda: reader.forget("h1"),
    ):
        with pytest.raises(BusUnavailable):
            call()
    mortal_valkey.start()
    writer.begin(host_graph("h1"), status("h1"))
    assert reader.graph("h1") is not None
    writer.close()
    reader.close()
