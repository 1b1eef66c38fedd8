"""Monitors over REST and on pages: what may be asked, by whom, and what is told of it; the plan that follows."""

import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from netboard.accounts.audit import Actor
from netboard.accounts.models import AuditEntry, User
from netboard.adapters.bus.probes import RedisProbeReader, RedisProbeWriter
from netboard.core import signing
from netboard.hosts.models import Host
from netboard.probes.monitors import keeper, schedules
from netboard.probes.monitors.models import Monitor, SweepRun, SweepSchedule
from tests.probes.monitors.conftest import KEYS, told
from tests.support.people import bearer, signed_in
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

pytestmark = pytest.mark.django_db


def post(person: User, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = Client().post("/api/v1/monitors", body, content_type="application/json", headers=bearer(person))
    return answer.status_code, answer.json()


def test_a_monitor_is_bound_audited_and_planned(h1: Host, cast: dict[str, User], bus: Valkey) -> None:
    status, made = post(cast["otto"], host="h1", kind="container", source="c0", container="c1", interval=10)
    assert (status, made["container"], made["name"], made["state"]) == (201, KEYS[1], "c0 → c1", "unknown")
    assert AuditEntry.objects.filter(action="monitor.create", name="otto").count() == 1
    reader, writer = RedisProbeReader(bus.url), RedisProbeWriter(bus.url)
    try:
        at_work = keeper.Keeper(lambda: reader)
        at_work.send_plans(0.0)
        order = signing.read(writer.plan("h1"), h1.secret, "h1")
        told_plan: dict[str, Any] = order["spec"]
        targets = [watch["target"] for watch in told_plan["watches"]]
        assert targets == [{"kind": "container", "container": KEYS[1], "protocol": "icmp"}]
        assert (order["verb"], order["spec"]["version"], order["spec"]["gateways"]) == ("monitors", 1, True)
        Client().delete(f"/api/v1/monitors/{made['id']}", headers=bearer(cast["otto"]))
        at_work.send_plans(1.0)
        order = signing.read(writer.plan("h1"), h1.secret, "h1")
        assert (order["spec"]["version"], order["spec"]["watches"]) == (2, [])
        bus.flush()
        at_work.send_plans(2.0)
        assert writer.plan("h1") is None
        at_work.send_plans(100.0)
        assert writer.plan("h1") is not None, "what the bus lost comes back"
    finally:
        reader.close()
        writer.close()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"kind": "address", "address": "8.8.8.8"}, 409, "not_allowed"),
        ({"kind": "address", "address": "10.0.1.1"}, 409, "not_allowed"),
        ({"kind": "address", "address": "127.0.0.1", "protocol": "tcp", "port": 22}, 409, "not_allowed"),
        ({"kind": "address", "address": "10.0.0.77"}, 201, None),
        ({"kind": "address", "address": "nonsense"}, 422, "address"),
        ({"kind": "address", "address": "1.2"}, 422, "address"),
        ({"kind": "container"}, 422, "container"),
        ({"kind": "container", "container": "nobody"}, 404, "missing"),
        ({"kind": "gateway"}, 422, "source"),
        ({"kind": "network", "network": "net0"}, 201, None),
        ({"kind": "published", "container": "c0", "port": 80}, 404, "port_missing"),
        ({"kind": "address", "address": "10.0.0.7", "protocol": "tcp"}, 422, "port"),
        ({"kind": "address", "address": "10.0.0.7", "interval": 0.5}, 422, "interval"),
        ({"kind": "address", "address": "10.0.0.7", "interval": 5, "timeout": 3}, 422, "timeout"),
        ({"kind": "address", "address": "10.0.0.7", "window": {"since": "9", "until": "25:00"}}, 422, "window"),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else None,
)
def test_what_may_be_asked(
    h1: Host, cast: dict[str, User], body: dict[str, Any], status: int, says: str | None
) -> None:
    got, answer = post(cast["otto"], host="h1", **body)
    assert got == status, answer
    if status == 422:
        assert answer["errors"][0]["field"] == says
    elif says:
        assert answer["code"] == says


def test_a_host_without_key_or_out_of_sight_has_no_monitors(h1: Host, cast: dict[str, User]) -> None:
    Host.objects.filter(pk="h1").update(secret="")
    assert post(cast["otto"], host="h1", kind="network", network="net0")[0] == 409
    assert post(cast["otto"], host="h9", kind="network", network="net0")[0] == 404


def test_latest_and_history_and_csv(default: Monitor, cast: dict[str, User]) -> None:
    told(default, "oooooooooo", KEYS[:2], rtt_us=120.0)
    told(default, "x", KEYS[1:2])
    vera = bearer(cast["vera"])
    items = Client().get("/api/v1/monitors/latest?host=h1", headers=vera).json()["items"]
    assert [(one["monitor"], one["key"], one["state"], one["network"]) for one in items] == [
        (0, KEYS[0], "up", "h1.w.net0"),
        (0, KEYS[1], "degraded" if items[1]["loss"] >= 0.2 else "up", "h1.w.net0"),
    ]
    assert items[1]["loss"] == pytest.approx(1 / 11, abs=0.001)
    history = Client().get(f"/api/v1/monitors/{default.pk}/history?hours=1", headers=vera).json()
    [first, second] = history["items"]
    assert (sum(one["sent"] for one in first["points"]), sum(one["lost"] for one in second["points"])) == (10, 1)
    assert first["points"][0]["p50_us"] == pytest.approx(120.0, rel=0.05)
    lines = signed_in(cast["vera"]).get(f"/monitors/{default.pk}/export/?hours=1").content.decode().splitlines()
    assert lines[0].startswith("name,key,at,sent,lost,unknown,availability")
    assert lines[1].startswith(f"c0,{KEYS[0]},")


def test_pages_show_states_strips_and_the_matrix(default: Monitor, single: Monitor, cast: dict[str, User]) -> None:
    told(default, "ooo", KEYS[:3])
    told(single, "oooxxx")
    vera = signed_in(cast["vera"])
    page = vera.get("/monitors/").content.decode()
    assert "door" in page
    assert page.count('<svg class="strip"') >= 2
    assert "New monitor" not in page
    assert "door" not in vera.get("/monitors/?state=up").content.decode()
    matrix = vera.get("/monitors/matrix/?host=h1").content.decode()
    assert re.search(r"gateway.*c0.*c1.*c2", matrix, re.DOTALL)
    one = vera.get(f"/monitors/{single.pk}/?hours=1").content.decode()
    assert '<svg class="plot"' in one
    assert "No answer in time." in one
    assert vera.get("/monitors/new/").status_code == 403
    otto = signed_in(cast["otto"])
    made = otto.post(
        "/monitors/new/",
        {
            "host": "h1",
            "kind": "container",
            "container": KEYS[0],
            "interval": "30",
            "down_after": 3,
            "up_after": 5,
            "slow_ms": 0,
        },
    )
    assert made.status_code == 302, made.content.decode()
    bad = otto.post(
        "/monitors/new/",
        {"host": "h1", "kind": "gateway", "interval": "30", "down_after": 3, "up_after": 5, "slow_ms": 0},
    )
    assert bad.status_code == 422
    assert otto.post(f"/monitors/{single.pk}/switch/").status_code == 302
    assert Monitor.objects.get(pk=single.pk).enabled is False
    assert otto.post(f"/monitors/{single.pk}/delete/").status_code == 302
    assert not Monitor.objects.filter(pk=single.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_run_a_slot_once(h1: Host, cast: dict[str, User]) -> None:
    row = SweepSchedule.objects.create(
        host="h1", network="net0" * 16, network_name="net0", interval=3600, created=timezone.now() - timedelta(days=2)
    )
    submitted: list[str] = []
    before = list(schedules._submit)

    def submit(actor: Actor, host: str, network: str) -> str:
        submitted.append(network)
        return f"s{len(submitted)}"

    schedules.use(submit)
    gate = threading.Barrier(4)
    moment = timezone.now()

    def looks() -> bool:
        try:
            schedules.turn(lambda: moment)
        except OperationalError:
            return False  # SQLite in memory locks whole tables; the keeper tries again as well
        return True

    def scheduler() -> None:
        gate.wait(60)
        try:
            wait_until(looks, seconds=60, what="the scheduler had its turn")
        finally:
            connections.close_all()

    try:
        threads = [threading.Thread(target=scheduler) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        schedules.turn(lambda: moment)
        assert SweepRun.objects.filter(schedule=row).count() == 1
        assert SweepRun.objects.get().sweep == f"s{len(submitted)}"
        schedules.turn(lambda: moment + timedelta(hours=1))
        schedules.turn(lambda: moment - timedelta(hours=1))
        assert SweepRun.objects.filter(schedule=row).count() == 3
    finally:
        schedules._submit[:] = before
