"""The relay sends what is due to the agents; the intake takes in what they report. Both run beside the recorder.

An operation is due when it was just submitted, and again some time after each delivery, until it is terminal. It is
sent again unless an agent holds a live lease on it; one that no agent has touched is given up in the end. The queue
that waits is the table, not the broker: each host is sent a few at a time, so that what waits long is not sent twice.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, close_old_connections, transaction
from django.db import Error as DatabaseError
from django.utils import timezone

from netboard.core.errors import BusUnavailable
from netboard.core.model import Json
from netboard.core.operations import OPERATION_LABEL, OWNER_LABEL, TERMINAL, Job
from netboard.core.ports import ReportReader, Told
from netboard.hosts import dispatch
from netboard.hosts.models import Host
from netboard.operations import claims, services, telling
from netboard.operations.models import IntakePosition, Operation, State
from netboard.operations.telling import reports

log = structlog.get_logger(__name__)

LOOK: Final = 1.0
"""Seconds between looks at what is due, if nobody rings."""
LIMIT: Final = 40.0
"""Seconds that one delivery may take: less than the agent's own hard limit."""
LONGEST: Final = 30.0
"""Seconds between two deliveries at most."""
WINDOW: Final = 16
"""Operations of one host that are under way at most."""
PATIENT: Final = 4
"""Times `resend_after` that one may wait in the queue of an agent that is visibly busy before it is sent again."""
FIRST: Final = 64
"""New operations that are looked at together; where there are more, each host's first."""
BATCH: Final = 200


NONSENSE: Final = (DataError, IntegrityError, ValueError, TypeError, KeyError, AttributeError)
"""What taking in a report raises that no database can hold or that contradicts itself: trying again is of no use."""
_MAKING: Final = ("network.create", "network.recreate", "container.run")


def _wait(token: int) -> float:
    """Seconds after which the delivery that follows `token` earlier ones is looked after."""
    return float(min(LONGEST, settings.NETBOARD.resend_after * 2 ** min(token, 10)))


class Relay:
    """Sends what is due."""

    def __init__(
        self,
        bus: Callable[[], ReportReader] = reports,
        send: Callable[[str, str, str, dict[str, Json]], None] | None = None,
    ) -> None:
        self._bus = bus
        self._sender = dispatch.Sender() if send is None else None
        self._send = send or self._sender.send  # type: ignore[union-attr]

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause, looked = 0.2, -LOOK
        try:
            while not stop.is_set():
                try:
                    if time.monotonic() - looked >= LOOK:
                        looked = time.monotonic()
                        self.tick()
                    else:
                        self.begin()
                    self._bus().rung(LOOK)
                    pause = 0.2
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("relay.waits", reason=str(error))
                    stop.wait(pause)
                    pause = min(2.0, pause * 2)
                except Exception:
                    log.exception("relay.broke")  # one bad row must not keep everybody else's from being sent
                    stop.wait(pause)
                    pause = min(2.0, pause * 2)
        finally:
            if self._sender is not None:
                self._sender.close()

    def tick(self) -> int:
        """Send everything that is due now; answers how many deliveries were made."""
        close_old_connections()
        claims.sweep()
        now = timezone.now()
        rows = Operation.objects.filter(due__lte=now)
        again = list(rows.filter(token__gt=0).order_by("due")[:BATCH])
        under_way = Operation.objects.filter(token__gt=0).exclude(state__in=TERMINAL).values_list("pk", "host")
        hosts = dict(under_way) if again else {}
        held = self._bus().held(list(hosts))
        busy = {hosts[operation] for operation in held}
        sent = 0
        for operation in again:
            if operation.terminal:
                self._tidy(operation)
            elif operation.pk in held:
                self._later(operation, settings.NETBOARD.lease)
            elif operation.host in busy and self._is_patient(operation, now):
                self._later(operation, settings.NETBOARD.resend_after)
            elif self._hopeless(operation) and self._bus().bar(operation.pk, operation.token):
                self._give_up(operation)
            else:
                sent += self._deliver(operation, Host.objects.filter(pk=operation.host).first())
        return sent + self.begin()

    def begin(self) -> int:
        """Send new ones, first come first served, as far as their hosts have room; answers how many."""
        close_old_connections()
        waiting = Operation.objects.filter(due__lte=timezone.now(), token=0).order_by("created")
        first = list(waiting[:FIRST])
        if not first:
            return 0
        hosts = {operation.host for operation in first}
        if len(first) == FIRST:  # one host's many must not hide the others' few
            hosts = set(waiting.order_by().values_list("host", flat=True).distinct())
            first = [one for host in hosts for one in waiting.filter(host=host)[:WINDOW]]
        under_way = Operation.objects.filter(host__in=hosts, token__gt=0).exclude(state__in=TERMINAL)
        busy = Counter(under_way.values_list("host", flat=True))
        enrolled = Host.objects.in_bulk(hosts)
        sent = 0
        for operation in first:
            if busy[operation.host] < WINDOW:
                delivered = self._deliver(operation, enrolled.get(operation.host))
                busy[operation.host] += delivered
                sent += delivered
        return sent

    def _is_patient(self, operation: Operation, now: datetime) -> bool:
        """Sent a moment ago to an agent that is busy with others: it most likely still waits in the agent's queue."""
        return operation.state == State.PLANNED and now - operation.changed < timedelta(
            seconds=PATIENT * settings.NETBOARD.resend_after
        )

    def _hopeless(self, operation: Operation) -> bool:
        """Nobody took it although it was sent, and the time is up. What an agent began is never given up: it may have
        made something, which a later delivery finds."""
        waited = sum(_wait(token) for token in range(operation.token))
        return operation.state == State.PLANNED and waited >= settings.NETBOARD.operation_limit

    def _give_up(self, operation: Operation) -> None:
        """Nobody is there. Nobody who comes later may begin it, nor waits what is as old and was not even sent."""
        limit = settings.NETBOARD.operation_limit
        services.fail(operation, "given_up", begun=False, seconds=limit)
        old = timezone.now() - timedelta(seconds=limit)
        for other in Operation.objects.filter(host=operation.host, token=0, state=State.PLANNED, created__lt=old):
            services.fail(other, "given_up", begun=False, seconds=limit)

    def _tidy(self, operation: Operation) -> None:
        """Have the agent remove what late calls made beside what the operation has on record."""
        host = Host.objects.filter(pk=operation.host).first()
        spec = operation.spec.get("changes") or operation.spec
        if host is not None and host.secret and operation.kind in _MAKING:
            keep = sorted(str(one) for one in operation.recorded.values())
            job: dict[str, Json] = {"operation": operation.pk, "name": spec.get("name", ""), "keep": [*keep]}
            self._send(host.pk, host.secret, "tidy", job)
        Operation.objects.filter(pk=operation.pk, due=operation.due).update(due=None)

    def _later(self, operation: Operation, seconds: float) -> None:
        Operation.objects.filter(pk=operation.pk, token=operation.token, due__isnull=False).update(
            due=timezone.now() + timedelta(seconds=seconds)
        )

    def _deliver(self, operation: Operation, host: Host | None) -> int:
        if host is None or not host.secret:
            services.fail(operation, "host_not_enrolled", host=operation.host)
            return 0
        row = services.next_delivery(operation, timedelta(seconds=_wait(operation.token)))
        if row is None:
            return 0
        job: Job = {
            "operation": row.pk,
            "token": row.token,
            "kind": row.kind,
            "spec": row.spec,
            "labels": {OPERATION_LABEL: row.pk, OWNER_LABEL: row.name or "netboard"},
            "recorded": row.recorded,
            "limit": LIMIT,
        }
        self._send(host.pk, host.secret, "operate", cast("dict[str, Json]", job))
        log.info("operation.sent", operation=row.pk, host=host.pk, token=row.token)
        return 1


class Intake:
    """Takes in reports, each once: the position is written in their transaction."""

    def __init__(self, bus: Callable[[], ReportReader] = reports) -> None:
        self._bus = bus
        self._after: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause = 0.2
        while not stop.is_set():
            try:
                self.tick(1.0)
                pause = 0.2
            except (BusUnavailable, DatabaseError) as error:
                log.warning("intake.waits", reason=str(error))
                self._after = None
                stop.wait(pause)
                pause = min(2.0, pause * 2)
            except Exception:
                log.exception("intake.broke")
                self._after = None
                stop.wait(pause)
                pause = min(2.0, pause * 2)

    def tick(self, wait: float) -> int:
        """Take in what was reported since; answers how many reports."""
        close_old_connections()
        if self._after is None:
            row = IntakePosition.objects.first()
            self._after = row.position if row else "0"
        found = self._bus().reports(self._after, wait=wait)
        if found:
            try:
                self._take_in(found)
            except NONSENSE as error:
                self._one_by_one(found, error)
        return len(found)

    def _one_by_one(self, found: list[Told], why: Exception) -> None:
        """One of these cannot be taken in, however often it is tried: it is set aside, the others are taken in."""
        if len(found) == 1:
            self._take_in([Told(found[0].position, None, str(why))])
            return
        for told in found:
            try:
                self._take_in([told])
            except NONSENSE as error:
                self._one_by_one([told], error)

    def _take_in(self, found: list[Told]) -> None:
        for told in found:
            if told.report is None:
                self._bus().set_aside(told.position, told.why)
                log.error("report.set_aside", position=told.position, why=told.why)
        position = found[-1].position
        with transaction.atomic():
            changed = services.take_in([told.report for told in found if told.report is not None])
            if not IntakePosition.objects.filter(pk=1).update(position=position):
                IntakePosition.objects.create(pk=1, position=position)
        self._after = position
        if any(operation.terminal for operation in changed):
            telling.ring()  # its host has room for the next one
        services.tell(changed)
