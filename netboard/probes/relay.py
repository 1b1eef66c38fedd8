"""Runs beside the recorder: sends sweeps to their hosts, again while nobody works at them, and ends what nobody ends.

Sweep rows ── Relay ──► host's queue ──► prober ──► stream ──► Intake ──► Sweep and SweepResult rows

planned, not sent ─ host has room ─► sent ─ no lease ─► sent again from where it got to, `DELIVERIES` times ─► failed
                                      └─ cancelled, or its whole time is up ─► ended without the agent
Two relays may run at once: a delivery is counted before it is sent, by whoever is first.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final, cast

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from netboard.core.errors import BusUnavailable
from netboard.core.model import Json
from netboard.core.probes.model import ENDED, SweepJob
from netboard.core.probes.ports import ProbeReader
from netboard.hosts import dispatch
from netboard.hosts.models import Host
from netboard.probes import opened, services
from netboard.probes.models import State, Sweep
from netboard.probes.telling import reports

log = structlog.get_logger(__name__)

LOOK: Final = 1.0
"""Seconds between looks at what is due, if nobody rings."""
WINDOW: Final = 4
"""Sweeps of one host that are under way at most."""
DELIVERIES: Final = 5
"""Times that one that was begun is sent."""
BATCH: Final = 200
TIDY: Final = 600.0
"""Seconds between looks for sweeps that are too old to be kept."""


class Relay:
    """Sends what is due. For one thread."""

    def __init__(
        self,
        bus: Callable[[], ProbeReader] = reports,
        send: Callable[[str, str, str, dict[str, Json]], None] | None = None,
    ) -> None:
        self._bus = bus
        self._sender = dispatch.Sender() if send is None else None
        self._send = self._queue if send is None else send
        self._tidied = -TIDY

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause = 0.2
        try:
            while not stop.is_set():
                try:
                    self.tick()
                    self._tidy()
                    self._bus().rung(LOOK)
                    pause = 0.2
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("sweeps.wait", reason=str(error))
                    stop.wait(pause)
                    pause = min(2.0, pause * 2)
                except Exception:
                    log.exception("sweeps.broke")  # one bad row must not keep everybody else's from being sent
                    stop.wait(pause)
                    pause = min(2.0, pause * 2)
        finally:
            if self._sender is not None:
                self._sender.close()

    def tick(self) -> int:
        """Look after everything that is due now; answers how many deliveries were made."""
        close_old_connections()
        due = Sweep.objects.filter(due__lte=timezone.now()).defer("known")
        again = list(due.filter(token__gt=0).order_by("due")[:BATCH])
        held = self._bus().held([sweep.pk for sweep in again])
        sent = sum(self._look_after(sweep, sweep.pk in held) for sweep in again)
        return sent + self._begin()

    def _look_after(self, sweep: Sweep, held: bool) -> int:
        now, limit = timezone.now(), settings.NETBOARD.operation_limit
        began = sweep.begun or now
        if sweep.terminal:
            Sweep.objects.filter(pk=sweep.pk).update(due=None)
        elif sweep.cancelling:
            heeded = held and now - sweep.changed < timedelta(seconds=services.HEED)
            barred = sweep.state == State.PLANNED and self._bus().bar(sweep.pk, sweep.token)
            if barred or not heeded:
                services.give_up(sweep, State.CANCELLED)
            else:
                self._later(sweep, 1.0)
        elif (now - began).total_seconds() > services.WHOLE:
            services.give_up(sweep, State.FAILED, "sweep_overdue", seconds=services.WHOLE)
        elif held:
            self._later(sweep, settings.NETBOARD.lease)
        elif sweep.state == State.PLANNED and (now - began).total_seconds() > limit:
            self._bus().bar(sweep.pk, sweep.token)
            services.give_up(sweep, State.FAILED, "given_up", seconds=limit)
        elif sweep.token >= DELIVERIES and sweep.state != State.PLANNED:
            services.give_up(sweep, State.FAILED, "sweep_lost", deliveries=sweep.token)
        else:
            return self._deliver(sweep)
        return 0

    def _begin(self) -> int:
        """Send new ones, first come first served, as far as their hosts have room."""
        waiting = Sweep.objects.filter(due__lte=timezone.now(), token=0).order_by("created")
        hosts = list(waiting.order_by().values_list("host", flat=True).distinct())
        under_way = Sweep.objects.filter(host__in=hosts, token__gt=0).exclude(state__in=ENDED)
        busy = Counter(under_way.values_list("host", flat=True))
        sent = 0
        for host in hosts:
            room = WINDOW - busy[host]
            for sweep in waiting.filter(host=host).defer("known")[: max(0, room)]:
                sent += self._deliver(sweep)
        return sent

    def _deliver(self, sweep: Sweep) -> int:
        host = Host.objects.filter(pk=sweep.host).first()
        if host is None or not host.secret:
            services.give_up(sweep, State.FAILED, "host_not_enrolled", host=sweep.host)
            return 0
        wait = min(30.0, settings.NETBOARD.resend_after * 2 ** min(sweep.token, 10))
        row = services.next_delivery(sweep, timedelta(seconds=wait))
        if row is None:
            return 0
        self._send(host.pk, host.secret, "sweep", cast("dict[str, Json]", job_of(row)))
        log.info("sweep.sent", sweep=row.pk, host=host.pk, token=row.token, skip=row.asked)
        return 1

    def _later(self, sweep: Sweep, seconds: float) -> None:
        Sweep.objects.filter(pk=sweep.pk, token=sweep.token, due__isnull=False).update(
            due=timezone.now() + timedelta(seconds=seconds)
        )

    def _queue(self, host: str, key: str, verb: str, spec: dict[str, Json]) -> None:
        assert self._sender is not None
        self._sender.send(host, key, verb, spec, kind="probes")

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied < TIDY:
            return
        if services.forget() < services.FORGOTTEN:
            self._tidied = time.monotonic()


def job_of(sweep: Sweep) -> SweepJob:
    """What the agent is told; what is allowed is looked up now, not when the sweep was asked for."""
    allowed = opened.of(sweep.host)
    return {
        "sweep": sweep.pk,
        "token": sweep.token,
        "cidr": sweep.cidr,
        "network": sweep.network,
        "source": {"container": sweep.source} if sweep.source else {},
        "methods": sweep.methods,
        "ports": sweep.ports,
        "known": sweep.known,
        "limits": {
            "allowed": sorted({*(each for each in allowed if "/" in each), *opened.pools(sweep.host)}),
            "opened": allowed,
            "pace": settings.NETBOARD.sweep_pace,
            "seconds": services.SECONDS,
        },
        "skip": sweep.asked,
    }
