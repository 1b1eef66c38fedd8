"""Sweeps end, whatever happens to relays and probers; what was found until then is kept.

The test plays the prober with the real bus; jobs are caught where they would go into the host's queue.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from netboard.accounts.audit import Actor
from netboard.adapters.bus.probes import RedisProbeWriter
from netboard.core.errors import BusUnavailable, Conflict
from netboard.hosts.models import Host
from netboard.probes import relay, services, telling
from netboard.probes.intake import Intake
from netboard.probes.models import OpenedRange, Sweep, SweepResult
from tests.probes.sweeps.conftest import LAN, asked, report, result

pytestmark = [pytest.mark.process, pytest.mark.django_db]


class Queue(list[dict[str, Any]]):
    """Jobs that were sent."""

    def __call__(self, host: str, key: str, verb: str, spec: dict[str, Any]) -> None:
        assert (host, verb) == ("h1", "sweep")
        self.append(spec)


def why(sweep: Sweep) -> str:
    """The code of its error."""
    return sweep.error["code"] if sweep.error else ""


@pytest.fixture
def sent() -> Queue:
    """What was sent."""
    return Queue()


@pytest.fixture
def tick(sent: Queue) -> Callable[..., int]:
    """Let the relay look; `passed`: so many seconds later."""
    made = relay.Relay(send=sent)

    def look(passed: float = 0.0) -> int:
        back = timedelta(seconds=passed)
        for row in Sweep.objects.all():
            Sweep.objects.filter(pk=row.pk).update(
                due=row.due and row.due - back, begun=row.begun and row.begun - back, changed=row.changed - back
            )
        return made.tick()

    return look


def test_a_sweep_is_sent_once_with_all_that_the_agent_needs(otto: Actor, sent: Queue, tick: Callable[..., int]) -> None:
    sweep = asked(otto, network="net0", ports=(80,))
    OpenedRange.objects.create(host="h1", network=LAN)
    OpenedRange.objects.create(host="h1", cidr="203.0.113.0/24")
    assert (tick(), tick()) == (1, 0)
    [job] = sent
    assert (job["sweep"], job["token"], job["cidr"], job["skip"]) == (sweep.pk, 1, "10.0.0.0/24", 0)
    assert job["limits"]["allowed"] == ["203.0.113.0/24"]
    assert sorted(job["limits"]["opened"]) == ["203.0.113.0/24", LAN]
    assert [each["address"] for each in job["known"]][:2] == ["10.0.0.1", "10.0.0.2"]


def test_two_relays_at_once_send_it_once(otto: Actor, sent: Queue, tick: Callable[..., int]) -> None:
    sweep = asked(otto)
    seen_by_both = Sweep.objects.get(pk=sweep.pk)
    assert tick() == 1
    assert services.next_delivery(seen_by_both, timedelta(seconds=1)) is None
    assert relay.Relay(send=sent).tick() == 0
    assert len(sent) == 1


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    otto: Actor, sent: Queue, tick: Callable[..., int], prober: RedisProbeWriter
) -> None:
    sweep, intake = asked(otto), Intake()
    tick()
    assert prober.take(sweep.pk, 1, 30)
    running = report(sweep.pk, 1, state="running", asked=100, total=256, alive=1, results=[result("10.0.0.2")])
    assert prober.renew(sweep.pk, 1, 30, running)
    intake.tick(1)
    assert tick(passed=20) == 0, "an agent holds it"
    prober.release(sweep.pk, 1, False)  # the worker is gone, its lease with it
    assert tick(passed=20) == 1
    assert (sent[-1]["token"], sent[-1]["skip"]) == (2, 100)
    assert prober.take(sweep.pk, 2, 30)
    prober.report(report(sweep.pk, 1, state="done", asked=256))  # what the lost one said late does not count
    prober.release(sweep.pk, 2, True, report(sweep.pk, 2, state="done", asked=256, alive=1))
    intake.tick(1)
    sweep.refresh_from_db()
    assert (sweep.state, sweep.asked, sweep.due) == ("done", 256, None)
    assert SweepResult.objects.get(sweep=sweep).address == "10.0.0.2"
    assert tick(passed=600) == 0


def test_one_whose_workers_are_lost_again_and_again_fails(
    otto: Actor, sent: Queue, tick: Callable[..., int], prober: RedisProbeWriter
) -> None:
    sweep, intake = asked(otto), Intake()
    tick()
    for token in range(1, relay.DELIVERIES + 1):
        prober.report(report(sweep.pk, token, state="running", asked=token))
        intake.tick(1)
        tick(passed=31)
    sweep.refresh_from_db()
    assert (sweep.state, why(sweep), sweep.asked) == ("failed", "sweep_lost", relay.DELIVERIES)
    assert len(sent) == relay.DELIVERIES


def test_nothing_runs_for_ever_even_if_an_agent_holds_it(
    otto: Actor, tick: Callable[..., int], prober: RedisProbeWriter
) -> None:
    sweep, intake = asked(otto), Intake()
    tick()
    prober.take(sweep.pk, 1, 3600)
    prober.report(report(sweep.pk, 1, state="running"))
    intake.tick(1)
    tick(passed=services.WHOLE + 1)
    sweep.refresh_from_db()
    assert (sweep.state, why(sweep)) == ("failed", "sweep_overdue")
    prober.report(report(sweep.pk, 1, state="done"))
    intake.tick(1)
    sweep.refresh_from_db()
    assert sweep.state == "failed"


def test_nobody_there_and_nobody_enrolled(otto: Actor, tick: Callable[..., int], prober: RedisProbeWriter) -> None:
    sweep = asked(otto)
    tick()
    tick(passed=1000)
    sweep.refresh_from_db()
    assert (sweep.state, why(sweep)) == ("failed", "sweep_overdue")
    second = asked(otto)
    tick()
    tick(passed=111)
    second.refresh_from_db()
    assert (second.state, why(second)) == ("failed", "given_up")
    assert not prober.take(second.pk, 1, 5), "nobody who comes later begins it"
    third = asked(otto)
    Host.objects.update(secret="")
    tick()
    third.refresh_from_db()
    assert (third.state, why(third)) == ("failed", "host_not_enrolled")


def test_cancelling(otto: Actor, sent: Queue, tick: Callable[..., int], prober: RedisProbeWriter) -> None:
    fresh = services.cancel(otto, asked(otto).pk)
    assert (fresh.state, tick(), sent) == ("cancelled", 0, [])
    with pytest.raises(Conflict):
        services.cancel(otto, fresh.pk)
    waiting, worked, deaf = asked(otto), asked(otto), asked(otto)
    tick()
    intake = Intake()
    for sweep in (worked, deaf):
        prober.take(sweep.pk, 1, 3600)
        prober.report(report(sweep.pk, 1, state="running", asked=3, results=[result("10.0.0.2")]))
    intake.tick(1)
    for sweep in (waiting, worked, deaf):
        assert services.cancel(otto, sweep.pk).cancelling
        assert prober.cancelled(sweep.pk)
    tick()
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert not prober.take(waiting.pk, 1, 5)
    prober.release(worked.pk, 1, True, report(worked.pk, 1, state="cancelled"))
    intake.tick(1)
    worked.refresh_from_db()
    deaf.refresh_from_db()
    assert (worked.state, deaf.state) == ("cancelled", "running")
    tick(passed=services.HEED + 1)
    deaf.refresh_from_db()
    assert deaf.state == "cancelled"
    assert SweepResult.objects.filter(sweep=deaf).count() == 1


def test_a_host_has_a_few_under_way_and_the_rest_waits(
    otto: Actor, sent: Queue, tick: Callable[..., int], settings: Settings
) -> None:
    settings.NETBOARD = settings.NETBOARD.model_copy(update={"sweeps_at_once": 9})
    made = [asked(otto).pk for _ in range(relay.WINDOW + 2)]
    tick()
    assert [job["sweep"] for job in sent] == made[: relay.WINDOW]
    services.cancel(otto, made[0])
    tick()
    tick()
    assert [job["sweep"] for job in sent] == made[: relay.WINDOW + 1]


def test_while_the_bus_is_away_nothing_is_lost(otto: Actor, tick: Callable[..., int]) -> None:
    sweep = asked(otto)

    class Away:
        def held(self, sweeps: object) -> set[str]:
            raise BusUnavailable("Redis does not answer.")

    with pytest.raises(BusUnavailable):
        relay.Relay(bus=Away, send=Queue()).tick()  # type: ignore[arg-type]
    sweep.refresh_from_db()
    assert (sweep.state, sweep.token) == ("planned", 0)
    assert tick() == 1


def test_old_sweeps_are_forgotten_with_what_they_found(otto: Actor, settings: Settings) -> None:
    old, young = asked(otto), asked(otto)
    for sweep in (old, young):
        services.cancel(otto, sweep.pk)
    SweepResult.objects.create(sweep=old, address="10.0.0.2", place="4" + "0" * 32, alive=True, kind="endpoint")
    Sweep.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=settings.NETBOARD.sweep_days + 1))
    assert services.forget() == 1
    assert list(Sweep.objects.values_list("pk", flat=True)) == [young.pk]
    assert not SweepResult.objects.exists()


def test_rows_for_open_boards_are_told_now_and_then_and_all_at_the_end(
    otto: Actor, tick: Callable[..., int], prober: RedisProbeWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[Any] = []
    monkeypatch.setattr(telling, "send", frames.append)
    sweep, intake = asked(otto), Intake()
    tick()
    for number in range(5):
        row = result(f"10.0.0.{number + 2}", "silent", "stopped")
        prober.report(report(sweep.pk, 1, state="running", asked=number, total=256, results=[row]))
    prober.report(report(sweep.pk, 1, state="done", asked=256, alive=1, results=[result("10.0.0.9")]))
    while intake.tick(0):
        pass
    assert frames[-1]["state"] == "done"
    assert (frames[-1]["host"], frames[-1]["network"]) == ("h1", sweep.node)
    told = [row["address"] for frame in frames for row in frame["results"]]
    assert sorted(told) == [f"10.0.0.{number}" for number in (2, 3, 4, 5, 6, 9)]
    assert frames[0]["results"][0]["code"] == "stopped"
