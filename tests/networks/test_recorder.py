"""What happens is recorded once, with sense, whatever restarts in between."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from netboard.adapters.bus.writer import RedisLogWriter
from netboard.hosts.models import Host
from netboard.networks.models import Event, KnownNode
from tests.networks.conftest import eventually, recording
from tests.support.graphs import change, container, edge, host_graph, node, now, status
from tests.support.valkey import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


def events(*without: str) -> list[tuple[str, str]]:
    return [(each.node, each.change) for each in Event.objects.order_by("pk") if each.node not in without]


async def test_changes_become_events(bus: Valkey, writer: RedisLogWriter) -> None:
    writer.slots()
    writer.begin(host_graph("h1", 2), status("h1"))
    async with recording(bus.url):
        await eventually(lambda: events() == [("h1", "appeared")])
        assert await eventually(lambda: Host.objects.filter(pk="h1", place=0, title="H1").exists())

        made, edges = container("h1", "new", image="busybox")
        writer.append(change([made], edges), now())
        await eventually(lambda: events("h1") == [("h1.c.new", "appeared")])
        writer.append(change([{**made, "state": "stopped", "facts": {**made["facts"], "age": 3}}]), now())
        writer.append(change(edges=[edge("h1.c.new.e.two", "endpoint", "h1.c.new", "h1.w.two")]), now())
        await eventually(lambda: Event.objects.filter(node="h1.c.new", change="changed").count() >= 1)
        await eventually(lambda: KnownNode.objects.filter(node="h1.c.new", summary__networks=["net0", "two"]).exists())
        writer.append(change(removed_nodes=["h1.c.new"], removed_edges=["h1.c.new.e.two"]), now())
        await eventually(lambda: events("h1")[-1] == ("h1.c.new", "removed"))

    changed = await eventually(lambda: list(Event.objects.filter(change="changed")))
    what = [difference for event in changed for difference in event.what]
    assert {"field": "state", "before": "up", "after": "stopped"} in what
    assert {"field": "networks", "before": ["net0"], "after": ["net0", "two"]} in what


async def test_what_only_counts_or_ages_is_no_event(bus: Valkey, writer: RedisLogWriter) -> None:
    graph = host_graph("h1", 1)
    writer.begin(graph, status("h1"))
    async with recording(bus.url):
        await eventually(lambda: events() == [("h1", "appeared")])
        host = graph.nodes["h1"]
        writer.append(change([{**host, "facts": {"counts": {"containers": 9}}}]), now())
        writer.append(change([node("h1.c.mark")]), now())
        await eventually(lambda: ("h1.c.mark", "appeared") in events())
    assert await sync_to_async(events)("h1.c.mark") == [("h1", "appeared")]


async def test_an_observer_that_begins_anew_repeats_nothing(bus: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 30), status("h1"))
    async with recording(bus.url):
        await eventually(lambda: events() == [("h1", "appeared")])
        after = host_graph("h1", 29)
        after.nodes["h1.c.extra"] = node("h1.c.extra")  # type: ignore[index]
        writer.begin(after, status("h1"))
        await eventually(lambda: len(events("h1")) == 2)
        writer.append(change([node("h1.c.mark")]), now())
        await eventually(lambda: ("h1.c.mark", "appeared") in events())
    assert sorted(await sync_to_async(events)("h1", "h1.c.mark")) == [
        ("h1.c.c29", "removed"),
        ("h1.c.extra", "appeared"),
    ]


async def test_a_recorder_that_was_away_reads_on_where_it_stopped(bus: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    async with recording(bus.url):
        await eventually(lambda: events() == [("h1", "appeared")])
    writer.append(change([node("h1.c.one")]), now())
    writer.append(change(removed_nodes=["h1.c.c0"]), now())
    async with recording(bus.url):
        await eventually(lambda: len(events("h1")) == 2)
    assert sorted(await sync_to_async(events)("h1")) == [("h1.c.c0", "removed"), ("h1.c.one", "appeared")]


async def test_slots_and_places_are_given_back_to_a_bus_that_lost_them(mortal_valkey: Valkey, bus: Valkey) -> None:
    first, second = RedisLogWriter(bus.url, "h1"), RedisLogWriter(bus.url, "h2")
    second.slots()
    assert first.slots() == {"h1": 1}
    graph = host_graph("h1", 3)
    graph.nodes["h1.c.c2"]["slot"] = 7
    first.begin(graph, status("h1"))
    second.begin(host_graph("h2", 0), status("h2"))
    async with recording(bus.url):
        await eventually(lambda: KnownNode.objects.filter(node="h1.c.c2", slot=7).exists())
        await eventually(lambda: Host.objects.filter(pk="h1", place=1).exists())
        await eventually(lambda: Host.objects.filter(pk="h2", place=0).exists())
        mortal_valkey.kill()
        mortal_valkey.start()
        patient = RedisLogWriter(bus.url, "h1", patience=60)
        slots = await asyncio.to_thread(patient.slots)
    assert slots["h1"] == 1
    assert slots["h1.c.c2"] == 7
    for each in (first, second, patient):
        each.close()
