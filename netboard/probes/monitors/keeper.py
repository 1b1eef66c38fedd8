"""What is done for monitors beside the intake: plans to the hosts, who fell silent, alerts, history, scheduled sweeps.

Runs beside the recorder. Moments between two turns are those of a clock that only goes forward.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from netboard.core.errors import BusUnavailable
from netboard.core.probes import states
from netboard.core.probes.ports import ProbeReader
from netboard.hosts.models import Host
from netboard.probes.monitors import alerts, history, incidents, plans, ranges, schedules
from netboard.probes.monitors.models import Kind, Monitor, Series, State
from netboard.wiring import build

log = structlog.get_logger(__name__)

TURN: Final = 1.0
"""Seconds between turns."""
SUMS: Final = 60.0
"""Seconds between summing up and forgetting."""
PATIENCE: Final = 3.0
"""Intervals without a word after which a series is unknown."""
SLACK: Final = timedelta(seconds=15)
GONE_DAYS: Final = 7
"""Days that is kept what was known of containers that are gone."""


class Keeper:
    """Turns until told to stop; survives the bus and the database being away."""

    def __init__(self, bus: Callable[[], ProbeReader] | None = None) -> None:
        self._make_bus = bus or (lambda: build.probe_reader(settings.NETBOARD))
        self._bus: ProbeReader | None = None
        self._sent: dict[str, tuple[object, float]] = {}
        self._sums_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause = TURN
        try:
            while not stop.wait(pause):
                try:
                    self.turn(time.monotonic())
                    pause = TURN
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("monitors.wait", reason=str(error))
                    pause = min(10.0, pause * 2)
                except Exception:
                    log.exception("monitors.broke")  # one bad row must not end what is done for all others
                    pause = min(10.0, pause * 2)
        finally:
            if self._bus is not None:
                self._bus.close()

    def turn(self, now: float) -> None:
        """Do what is due; `now` by a monotonic clock."""
        close_old_connections()
        fall_silent()
        alerts.turn()
        schedules.turn()
        if now >= self._sums_at:
            self._sums_at = now + SUMS
            tidy()
        self.send_plans(now)

    def send_plans(self, now: float) -> None:
        """Put on the bus each enrolled host's plan that changed, and all of them from time to time."""
        self._bus = self._bus or self._make_bus()
        ensure_defaults()
        stands = {row["host"]: (row["rows"], row["newest"]) for row in _stands()}
        for host in Host.objects.exclude(secret=""):
            stand = (host.secret, stands.get(host.pk))
            known, at = self._sent.get(host.pk, (None, -plans.AGAIN))
            if stand != known or now - at >= plans.AGAIN:
                plans.send(self._bus, host, ranges.opened)
                self._sent[host.pk] = (stand, now)


def _stands() -> Iterable[Mapping[str, Any]]:
    """How many monitors each host has, and when one of them changed last: this differs when its plan does."""
    return Monitor.objects.order_by().values("host").annotate(rows=Count("id"), newest=Max("changed"))


def ensure_defaults() -> None:
    """Every enrolled host has its default monitor: each container's gateway. It can be switched off, not removed."""
    there = Monitor.objects.filter(kind=Kind.GATEWAYS).values("host")
    for host in Host.objects.exclude(secret="").exclude(pk__in=there):
        Monitor.objects.get_or_create(
            host=host.pk, kind=Kind.GATEWAYS, defaults={"name": "gateways", "interval": 60.0, "target_name": "*"}
        )


@transaction.atomic
def fall_silent() -> int:
    """Whoever was not told of for some intervals is unknown, not down: the observer or the prober is away, or nobody
    asks any more. Answers how many."""
    now = timezone.now()
    quiet = Series.objects.select_for_update(of=("self",)).exclude(state=State.UNKNOWN).filter(ended=None)
    quiet = quiet.filter(Q(heard=None) | Q(heard__lt=now - SLACK)).select_related("monitor", "incident")
    rows = [
        row
        for row in quiet
        if row.heard is None
        or now - row.heard > timedelta(seconds=PATIENCE * row.monitor.interval + row.monitor.timeout) + SLACK
    ]
    for row in rows:
        row.memory = states.blinded(states.remembered(row.memory)).kept()
        row.state, row.since, row.code = State.UNKNOWN, now, "not_asked"
        if not row.monitor.enabled:
            incidents.close(row, now)
    Series.objects.bulk_update(rows, ("memory", "state", "since", "code", "incident"), batch_size=200)
    return len(rows)


def tidy() -> None:
    """Sum up history, forget what is too old, and end what is gone."""
    now = timezone.now()
    incidents.end_gone(now)
    history.roll(now.timestamp())
    history.prune(now.timestamp())
    Series.objects.filter(ended__lt=now - timedelta(days=GONE_DAYS)).delete()
    alerts.forget(now)
