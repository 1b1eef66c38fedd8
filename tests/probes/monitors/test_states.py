"""What probers tell becomes states, incidents, events and history; what nobody tells becomes unknown, never down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from netboard.hosts.models import Host
from netboard.networks.models import Event
from netboard.probes.monitors import keeper
from netboard.probes.monitors.models import Bucket, Incident, Monitor, Series
from tests.probes.monitors.conftest import KEYS, told

pytestmark = pytest.mark.django_db


def state(monitor: Monitor, key: str = "") -> str:
    return str(Series.objects.get(monitor=monitor, key=key).state)


def test_down_and_up_again_are_one_incident_and_two_events(single: Monitor) -> None:
    told(single, "oooo")
    assert state(single) == "up"
    told(single, "xx")
    assert (state(single), Incident.objects.count()) == ("up", 0)
    told(single, "xxx")
    assert state(single) == "down"
    told(single, "ooooo")
    assert state(single) == "up"
    [incident] = Incident.objects.all()
    assert (incident.worst, incident.code, incident.closed is not None) == ("down", "no_answer", True)
    events = [(one.cause_kind, one.cause_id, one.what[0]["after"]) for one in Event.objects.order_by("pk")]
    assert events == [("monitor", str(single.pk), "down"), ("monitor", str(single.pk), "up")]


@pytest.mark.parametrize("pattern", ["ox" * 40, "oox" * 30, "xxooo" * 16, "ooxxx" * 16])
def test_flapping_is_one_incident(single: Monitor, pattern: str) -> None:
    told(single, "o" * 10 + pattern)
    assert Incident.objects.count() == 1
    assert Event.objects.filter(cause_kind="monitor").count() == 1
    told(single, "o" * 60)
    assert state(single) == "up"
    assert Incident.objects.get().closed is not None


def test_what_could_not_be_asked_is_unknown_and_keeps_its_incident(single: Monitor) -> None:
    told(single, "oooxxx")
    told(single, "????")
    assert state(single) == "unknown"
    assert Incident.objects.get().closed is None
    told(single, "xx")
    assert state(single) == "down"
    assert Incident.objects.count() == 1


def test_whoever_is_not_heard_of_is_unknown(default: Monitor) -> None:
    told(default, "ooo", KEYS[:2])
    Series.objects.filter(key=KEYS[0]).update(heard=timezone.now() - timedelta(minutes=5))
    assert keeper.fall_silent() == 1
    assert (state(default, KEYS[0]), state(default, KEYS[1])) == ("unknown", "up")
    assert Incident.objects.count() == 0
    told(default, "o", KEYS[:1])
    assert state(default, KEYS[0]) == "up"


def test_a_container_that_is_gone_ends_with_its_incident(default: Monitor) -> None:
    told(default, "ooxxx", [KEYS[0], KEYS[30]])
    assert Incident.objects.filter(closed=None).count() == 2
    Series.objects.update(heard=timezone.now() - timedelta(minutes=5))
    keeper.fall_silent()
    keeper.tidy()
    assert [one.key for one in Series.objects.exclude(ended=None)] == [KEYS[30]]
    assert Incident.objects.get(closed=None).series.key == KEYS[0]


def test_nobody_tells_about_another_hosts_monitor(single: Monitor) -> None:
    Host.objects.create(pk="h2")
    single.host = "h2"
    told(single, "xxxx")
    assert not Series.objects.filter(monitor=single).exists()


def test_a_clock_that_jumps_neither_loses_nor_moves_anything(single: Monitor) -> None:
    now = timezone.now()
    told(single, "ooo", until=now + timedelta(days=400))
    told(single, "ooo", until=now - timedelta(days=400))
    assert state(single) == "up"
    starts = set(Bucket.objects.values_list("start", flat=True))
    assert all(abs(start - now.timestamp()) <= 120 for start in starts)
    assert sum(Bucket.objects.values_list("sent", flat=True)) == 6
