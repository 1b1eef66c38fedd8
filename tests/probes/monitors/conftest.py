"""The cast, Valkey, a host `h1` with a bridge network and its containers, and what its prober might tell.

h1 ── net0 (bridge br-net0) ── c0, c1, c2 … each with a gateway
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from netboard.adapters.bus.writer import RedisLogWriter
from netboard.core.ports import HostGraph
from netboard.core.probes.model import Observation
from netboard.hosts.models import Host
from netboard.probes.monitors import intake
from netboard.probes.monitors.models import Kind, Monitor
from tests.support.graphs import edge, host_graph, node, status
from tests.support.people import bus, cast, no_bus, quiet_layer
from tests.support.site import Site
from tests.support.valkey import Valkey

__all__ = ["bus", "cast", "no_bus", "quiet_layer"]

KEYS = [f"{number:02}" * 32 for number in range(40)]
"""Full engine ids of containers."""


def graph_of(containers: int = 3, bridge_up: bool = True) -> HostGraph:
    """The host's graph."""
    made = host_graph("h1", 0)
    nodes, edges = dict(made.nodes), dict(made.edges)
    nodes["h1.n.b.1"] = node("h1.n.b.1", "namespace", inode=1, names=[], pids=[], is_host=True)
    bridge = node("h1.d.b.1.5", "bridge", name="br-net0", up=bridge_up, addresses=["10.0.0.1/24"])
    nodes[bridge["id"]] = {**bridge, "namespace": "h1.n.b.1"}
    edges["impl"] = edge("impl", "implements", bridge["id"], "h1.w.net0")
    for number, key in enumerate(KEYS[:containers]):
        name = f"h1.c.{key[:16]}"
        nodes[name] = node(name, name=f"c{number}", id=key, primary="h1.w.net0")
        edges[f"{name}.e.net0"] = edge(
            f"{name}.e.net0", "endpoint", name, "h1.w.net0", address=f"10.0.0.{number + 2}/24", gateway="10.0.0.1"
        )
    return HostGraph(nodes, edges)


@pytest.fixture
def writer(bus: Valkey) -> Iterator[RedisLogWriter]:
    """The log of h1, for whom the test plays the observer."""
    made = RedisLogWriter(bus.url, "h1")
    made.slots()
    made.begin(graph_of(), status("h1"))
    yield made
    made.close()


@pytest.fixture
def h1(cast: object, writer: RedisLogWriter) -> Host:
    """The enrolled host."""
    return Host.objects.create(pk="h1", secret="a key that only this host has got")


@pytest.fixture
def default(h1: Host) -> Monitor:
    """Its default monitor, which asks every 10 s."""
    return Monitor.objects.create(host="h1", kind=Kind.GATEWAYS, name="gateways", interval=10.0)


@pytest.fixture
def single(h1: Host) -> Monitor:
    """A monitor of one address."""
    return Monitor.objects.create(
        host="h1", kind=Kind.ADDRESS, name="door", address="10.0.0.1", target_name="10.0.0.1", interval=10.0
    )


def told(
    monitor: Monitor, outcomes: str, keys: Sequence[str] = ("",), until: datetime | None = None, rtt_us: float = 100.0
) -> None:
    """Outcomes of each key, one an interval, the last now: `o` answered, `x` lost, `?` could not be asked."""
    end = until or timezone.now()
    number = 0 if monitor.kind == Kind.GATEWAYS else monitor.pk
    batch: list[Observation] = []
    for place, letter in enumerate(outcomes):
        at = end - timedelta(seconds=monitor.interval * (len(outcomes) - 1 - place))
        ok: Any = {"o": True, "x": False, "?": None}[letter]
        code = {"o": "", "x": "no_answer", "?": "observer_away"}[letter]
        batch += [
            Observation(monitor=number, key=key, at=at.isoformat(), ok=ok, rtt_us=rtt_us if ok else None, code=code)
            for key in keys
        ]
    intake.take(batch, monitor.host)


@pytest.fixture(scope="session")
def _with_monitor(site: Site) -> Site:
    site.start_monitor()
    return site


@pytest.fixture
def board(_with_monitor: Site) -> Iterator[Site]:
    """The real site with its monitor running and an empty engine; what the test makes is removed."""
    _with_monitor.clear()
    yield _with_monitor
    for each in _with_monitor.request("GET", "monitors?limit=1000").json()["items"]:
        if each["kind"] != "gateways":
            _with_monitor.request("DELETE", f"monitors/{each['id']}")
    _with_monitor.clear()
