"""The simulated fleet on a real Valkey: every host's log is there, beats, changes, and comes back when it is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from netboard.adapters.bus.reader import RedisLogReader
from netboard.adapters.bus.traffic import RedisTrafficReader
from netboard.core.ids import class_of
from netboard.core.ports import HostGraph
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

pytestmark = pytest.mark.process
HOSTS = 14
"""Two more than those on which something happens."""


@pytest.fixture
def demo(valkey: Valkey) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m netboard.agent demo 14x4` against this Valkey."""
    environment = {**os.environ, "NETBOARD_REDIS_URL": valkey.url, "NETBOARD_BEAT_EVERY": "0.2"}
    with subprocess.Popen([sys.executable, "-m", "netboard.agent", "demo", f"{HOSTS}x4"], env=environment) as process:
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_fleet_is_there_and_alive_and_stops_when_told(valkey: Valkey, demo: subprocess.Popen[bytes]) -> None:
    reader = RedisLogReader(valkey.url)
    try:
        hosts = wait_until(lambda: _all(reader), what="the graphs of all hosts", seconds=60)
        graphs = {host: _graph(reader, host) for host in hosts}
        places = {graph.nodes[host]["slot"] for host, graph in graphs.items()}
        assert places == set(range(HOSTS)), "every host has a place of its own"
        for graph in graphs.values():
            assert sum(class_of(id) == "container" for id in graph.nodes) == 4
        statuses = [reader.status(host) for host in hosts]
        assert all(status is not None and status.get("simulated") for status in statuses)
        wait_until(lambda: sum(_seq(reader, host) for host in hosts) > 0, what="something happens", seconds=60)
        valkey.flush()
        wait_until(lambda: _all(reader), what="all are back after the bus lost them", seconds=60)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0
    finally:
        reader.close()


@pytest.mark.usefixtures("demo")
def test_a_watched_host_has_traffic_the_same_at_both_ends_of_a_pair(valkey: Valkey) -> None:
    reader, traffic = RedisLogReader(valkey.url), RedisTrafficReader(valkey.url)
    try:
        wait_until(lambda: len(reader.hosts()) == HOSTS, what="all hosts", seconds=60)
        for host in ("demo-01", f"demo-{HOSTS}"):
            traffic.watch(host)
            wait_until(partial(_told, traffic, host), what=f"something of {host} to see at once", seconds=60)
            past, graph = traffic.past(host), _graph(reader, host)
            pairs = 0
            for edge in graph.edges.values():
                rates = past[-1]["rates"]
                if edge["kind"] == "peer" and edge["target"] in rates and edge["source"] in rates:
                    (_, _, *one), (_, _, *other) = rates[edge["source"]], rates[edge["target"]]
                    assert (one[0], one[1]) == (other[1], other[0])
                    pairs += 1
            assert pairs
    finally:
        traffic.close()
        reader.close()


def _told(traffic: RedisTrafficReader, host: str) -> bool:
    return len(traffic.past(host)) > 30


def _all(reader: RedisLogReader) -> list[str]:
    hosts = reader.hosts()
    assert len(hosts) == HOSTS
    assert all(reader.graph(host) for host in hosts)
    return hosts


def _graph(reader: RedisLogReader, host: str) -> HostGraph:
    found = reader.graph(host)
    assert found is not None
    return found[1]


def _seq(reader: RedisLogReader, host: str) -> int:
    found = reader.graph(host)
    return found[0]["seq"] if found else 0
