"""What agents tell is taken in once, and nonsense stops nobody."""

from typing import Any

import pytest

from netboard.accounts.audit import Actor
from netboard.adapters.bus import probes
from netboard.adapters.bus.probes import RedisProbeWriter
from netboard.probes import telling
from netboard.probes.intake import Intake
from netboard.probes.models import Sweep, SweepPosition, SweepResult
from tests.probes.sweeps.conftest import KEYS, asked, report, result
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.process, pytest.mark.django_db]


def under_way(otto: Actor) -> Sweep:
    """A sweep that was sent once."""
    sweep = asked(otto)
    Sweep.objects.filter(pk=sweep.pk).update(token=1)
    sweep.token = 1
    return sweep


def test_results_are_kept_by_address_and_said_in_words(otto: Actor, prober: RedisProbeWriter, rest: Any) -> None:
    sweep = under_way(otto)
    macs = ["02:00:00:00:00:01", "02:00:00:00:00:02"]
    prober.report(
        report(
            sweep.pk,
            1,
            state="running",
            asked=200,
            total=256,
            results=[
                result("10.0.0.100", "stranger", "stranger", mac=macs[0], macs=macs[:1]),
                result("10.0.0.20", "free"),
                result("10.0.0.4", "endpoint", "paused", container=KEYS[2], name="c2"),
                result("10.0.0.5", "silent", "stopped", container=KEYS[3], name="c3"),
                result("10.0.0.3", "endpoint", "conflict", macs=macs, ports={"80": "open"}, duplicates=1),
            ],
        ),
        report(sweep.pk, 1, results=[result("10.0.0.5", "silent", "exited", container=KEYS[3], name="c3")]),
        report(sweep.pk, 1, state="done", asked=256, alive=3),
    )
    Intake().tick(1)
    told = rest("get", f"sweeps/{sweep.pk}").json()
    assert (told["state"], told["progress"]["share"], told["kinds"]) == (
        "done",
        1.0,
        {"endpoint": 2, "silent": 1, "stranger": 1},
    )
    rows = {row["address"]: row for row in told["results"]}
    assert list(rows) == ["10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.100"], "in the order of addresses"
    assert (rows["10.0.0.5"]["alive"], rows["10.0.0.5"]["code"]) == (False, "exited"), "told again, it replaces"
    assert rows["10.0.0.4"]["explanation"] == "c0 is paused: its kernel answers, its processes do not."
    assert (rows["10.0.0.4"]["container"], rows["10.0.0.4"]["node"]) == (KEYS[2], f"h1.c.{KEYS[2][:16]}")
    assert (rows["10.0.0.3"]["macs"], rows["10.0.0.3"]["ports"]) == (macs, {"80": "open"})
    first = rest("get", f"sweeps/{sweep.pk}?limit=2").json()
    second = rest("get", f"sweeps/{sweep.pk}?limit=2&cursor={first['next']}").json()
    assert [row["address"] for row in second["results"]] == ["10.0.0.5", "10.0.0.100"]
    assert second["next"] is None
    silent = rest("get", f"sweeps/{sweep.pk}?kind=silent").json()["results"]
    assert [row["address"] for row in silent] == ["10.0.0.5"]


def test_each_message_is_taken_in_once_whoever_reads(otto: Actor, prober: RedisProbeWriter) -> None:
    sweep = under_way(otto)
    prober.observe("h1", [])
    prober.report(report(sweep.pk, 1, state="running", asked=1, total=256))
    assert Intake().tick(1) == 1
    assert Intake().tick(0) == 0, "the position is in the database"
    assert SweepPosition.objects.count() == 1


def test_reports_of_others_hosts_tokens_and_ended_sweeps_are_refused(otto: Actor, prober: RedisProbeWriter) -> None:
    sweep = under_way(otto)
    prober.report(
        {**report(sweep.pk, 1, state="done"), "host": "h2"},
        report(sweep.pk, 2, state="done"),
        report("none", 1, state="done"),
        report(sweep.pk, 1, state="failed", error={"code": "network_gone", "params": {}}),
        report(sweep.pk, 1, state="done", results=[result("10.0.0.2")]),
    )
    Intake().tick(1)
    sweep.refresh_from_db()
    assert (sweep.state, sweep.error) == ("failed", {"code": "network_gone", "params": {}})
    assert not SweepResult.objects.exists()


def test_nonsense_is_set_aside_and_stops_nobody(otto: Actor, prober: RedisProbeWriter, bus: Valkey) -> None:
    sweep = under_way(otto)
    client = telling.reports()._client  # type: ignore[attr-defined]
    client.xadd(probes.REPORTS, {"h": "h1", "s": b"{"})
    prober.report(report(sweep.pk, 1, results=[result("no address")]))
    prober.report(report(sweep.pk, 1, asked=7, total=256))
    Intake().tick(1)
    sweep.refresh_from_db()
    assert sweep.asked == 7
    assert client.xlen(probes.ASIDE) == 2
