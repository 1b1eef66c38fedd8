"""The relay sends what is due to the agents; the intake takes in what they report. Both run beside the recorder.

An operation is due when it was just submitted, and again some time after each delivery, until it is terminal. It is
sent again unless an agent holds a live lease on it; one that no agent has touched is given up in the end.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final, cast

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, transaction
from django.utils import timezone

from netboard.core.errors import BusUnavailable
from netboard.core.model import Json
from netboard.core.operations import OPERATION_LABEL, OWNER_LABEL, Job
from netboard.core.ports import ReportReader
from netboard.hosts import dispatch
from netboard.hosts.models import Host
from netboard.operations import claims, services
from netboard.operations.models import IntakePosition, Operation, State
from netboard.operations.telling import reports

log = structlog.get_logger(__name__)

LOOK: Final = 1.0
"""Seconds between looks at what is due, if nobody rings."""
LIMIT: Final = 40.0
"""Seconds that one delivery may take: less than the agent's own hard limit."""
LONGEST: Final = 30.0
"""Seconds between two deliveries at most."""
BATCH: Final = 200


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
        pause = 0.2
        try:
            while not stop.is_set():
                try:
                    self.tick()
                    self._bus().rung(LOOK)
                    pause = 0.2
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("relay.waits", reason=str(error))
                    stop.wait(pause)
                    pause = min(2.0, pause * 2)
        finally:
            if self._sender is not None:
                self._sender.close()

    def tick(self) -> int:
        """Send everything that is due now; answers how many deliveries were made."""
        close_old_connections()
        claims.sweep()
        due = list(Operation.objects.filter(due__lte=timezone.now()).order_by("due")[:BATCH])
        if not due:
            return 0
        held = self._bus().held([operation.pk for operation in due])
        sent = 0
        for operation in due:
            if operation.pk in held:
                self._later(operation, settings.NETBOARD.lease)
            elif self._hopeless(operation):
                services.fail(operation, "given_up", seconds=settings.NETBOARD.operation_limit)
            else:
                sent += self._deliver(operation)
        return sent

    def _hopeless(self, operation: Operation) -> bool:
        """Nobody took it although it was sent, and the time is up. What an agent began is never given up: it may have
        made something, which a later delivery finds."""
        age = timezone.now() - operation.created
        over = age > timedelta(seconds=settings.NETBOARD.operation_limit)
        return over and operation.state == State.PLANNED and operation.token > 0

    def _later(self, operation: Operation, seconds: float) -> None:
        Operation.objects.filter(pk=operation.pk, token=operation.token, due__isnull=False).update(
            due=timezone.now() + timedelta(seconds=seconds)
        )

    def _deliver(self, operation: Operation) -> int:
        host = Host.objects.filter(pk=operation.host).first()
        if host is None or not host.secret:
            services.fail(operation, "host_not_enrolled", host=operation.host)
            return 0
        wait = min(LONGEST, settings.NETBOARD.resend_after * 2**operation.token)
        row = services.next_delivery(operation, timedelta(seconds=wait))
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

    def tick(self, wait: float) -> int:
        """Take in what was reported since; answers how many reports."""
        close_old_connections()
        if self._after is None:
            row = IntakePosition.objects.first()
            self._after = row.position if row else "0"
        found = self._bus().reports(self._after, wait=wait)
        if not found:
            return 0
        position = found[-1][0]
        with transaction.atomic():
            changed = services.take_in([report for _, report in found])
            IntakePosition.objects.update_or_create(pk=1, defaults={"position": position})
        self._after = position
        services.tell(changed)
        return len(found)
