"""The cast, Valkey, and a host `h1` whose observer and prober the test plays.

h1 ─┬─ net0 bridge 10.0.0.0/24 ── c0 (.2), c1 (.3), c2 (.4, paused), c3 (stopped, promised .5)
    ├─ big  bridge 10.8.0.0/15
    └─ lan  macvlan 192.168.7.0/24 ── c1 (.3)
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from netboard.accounts.access import EVERYTHING
from netboard.accounts.audit import Actor
from netboard.accounts.models import User
from netboard.adapters.bus.probes import RedisProbeWriter
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.core.ports import HostGraph
from netboard.core.probes.model import Result, SweepReport
from netboard.hosts.models import Host
from netboard.probes import services, telling
from netboard.probes.models import Sweep
from tests.support.graphs import edge, host_graph, node, now, status
from tests.support.people import bearer, bus, cast, no_bus, quiet_layer, signed_in
from tests.support.valkey import Valkey

__all__ = ["bus", "cast", "no_bus", "quiet_layer"]

KEYS = [f"{number:02}" * 32 for number in range(8)]
"""Full engine ids of containers."""
NET0, BIG, LAN = (f"{letter}" * 64 for letter in "abc")


def graph() -> HostGraph:
    """The host's graph."""
    made = host_graph("h1", 0)
    nodes = {name: each for name, each in made.nodes.items() if each["kind"] != "network"}
    edges = {name: each for name, each in made.edges.items() if "net0" not in name}
    for name, key, driver, subnet in (
        ("net0", NET0, "bridge", "10.0.0.0/24"),
        ("big", BIG, "bridge", "10.8.0.0/15"),
        ("lan", LAN, "macvlan", "192.168.7.0/24"),
    ):
        subnets = [{"subnet": subnet, "gateway": subnet.replace(".0/", ".1/").split("/")[0]}]
        network = f"h1.w.{key[:16]}"
        nodes[network] = node(network, "network", name=name, id=key, driver=driver, subnets=subnets)
    for number, state in enumerate(("up", "up", "paused", "stopped")):
        name = f"h1.c.{KEYS[number][:16]}"
        made_node = node(name, name=f"c{number}", id=KEYS[number], state=state)  # type: ignore[arg-type]
        nodes[name] = {**made_node, "namespace": None if state == "stopped" else f"h1.n.b.{number + 2}"}
        for key, prefix in ((NET0, "10.0.0"), (LAN, "192.168.7")):
            if key == NET0 or number == 1:
                link = f"{name}.e.{key[:16]}"
                facts = {"address": f"{prefix}.{number + 2}/24", "mac": f"02:42:0a:00:00:{number + 2:02x}"}
                edges[link] = edge(link, "endpoint", name, f"h1.w.{key[:16]}", **facts)
    return HostGraph(nodes, edges)


@pytest.fixture
def h1(cast: dict[str, User], bus: Valkey) -> Iterator[Host]:
    """The enrolled host, on the board."""
    telling.reports.cache_clear()
    writer = RedisLogWriter(bus.url, "h1")
    writer.slots()
    writer.begin(graph(), status("h1"))
    yield Host.objects.create(pk="h1", secret="a key that only this host has got")
    writer.close()
    telling.reports().close()
    telling.reports.cache_clear()


@pytest.fixture
def prober(bus: Valkey) -> Iterator[RedisProbeWriter]:
    """What the host's prober takes leases and tells by."""
    made = RedisProbeWriter(bus.url)
    yield made
    made.close()


@pytest.fixture
def otto(h1: Host, cast: dict[str, User]) -> Actor:
    """An operator."""
    return Actor(person=cast["otto"].pk, name="otto")


@pytest.fixture
def rest(h1: Host, cast: dict[str, User]) -> Any:
    """`rest(method, path, body, person)` answers over REST."""
    headers = {name: bearer(person) for name, person in cast.items()}

    def call(method: str, path: str, body: Any = None, person: str = "otto", **more: str) -> Any:
        how: Any = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/{path}", headers={**headers[person], **more}, **how)

    return call


@pytest.fixture
def browser(h1: Host, cast: dict[str, User]) -> Client:
    """A browser in which otto is signed in."""
    return signed_in(cast["otto"])


def asked(actor: Actor, **wanted: Any) -> Sweep:
    """A sweep of net0 that was asked for."""
    return services.submit(actor, EVERYTHING, services.Wanted(host="h1", **(wanted or {"network": "net0"})))


def report(sweep: str, token: int, **said: Any) -> SweepReport:
    """What the prober says."""
    told: Any = {"host": "h1", "sweep": sweep, "token": token, "at": now(), **said}
    return told  # type: ignore[no-any-return]


def result(address: str, kind: str = "endpoint", *codes: str, **said: Any) -> Result:
    """What one address said."""
    told: Any = {
        "address": address,
        "alive": kind not in ("silent", "free"),
        "method": None if kind in ("silent", "free") else "arp",
        "rtt_us": None if kind in ("silent", "free") else 42.5,
        "mac": "",
        "macs": [],
        "ports": {},
        "duplicates": 0,
        "late": False,
        "wrong_sender": "",
        "kind": kind,
        "container": "",
        "name": "",
        "explanation": [{"code": code, "params": {"name": "c0"}} for code in codes],
        **said,
    }
    return told  # type: ignore[no-any-return]
