"""Scheduled sweeps: each slot of a schedule is run once, whoever looks at the clock and how often."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from netboard.accounts.audit import Actor
from netboard.core.errors import NetboardError
from netboard.core.probes.schedule import slot
from netboard.probes.monitors.models import SweepRun, SweepSchedule

log = structlog.get_logger(__name__)

_PREFIX: Final = "schedule"


class Submit(Protocol):
    """Submits a sweep of a network and answers its id. Raises `NetboardError` where it is refused."""

    def __call__(self, actor: Actor, host: str, network: str) -> str: ...


_submit: list[Submit] = []


def use(submit: Submit) -> None:
    """Have sweeps submitted by this; called once, by the app of sweeps."""
    _submit[:] = [submit]


def turn(now: Callable[[], datetime] = timezone.now) -> int:
    """Run what is due; answers how many sweeps were submitted."""
    moment = now()
    due = [(row, slot(moment, row.interval)) for row in SweepSchedule.objects.filter(enabled=True) if _submit]
    return sum(run(row, at) for row, at in due if at > row.created)


def run(schedule: SweepSchedule, at: datetime) -> bool:
    """Run one slot of a schedule, unless somebody has; whether a sweep was submitted."""
    if SweepRun.objects.filter(schedule=schedule, slot=at).exists():
        return False
    actor = Actor(person=schedule.person, name=schedule.person_name, origin=_PREFIX)
    try:
        with transaction.atomic():
            made = SweepRun.objects.create(schedule=schedule, slot=at)
            made.sweep = _submit[0](actor, schedule.host, schedule.network)
            made.save(update_fields=["sweep"])
    except IntegrityError:
        return False  # another scheduler was first: its run is the one
    except NetboardError as error:
        log.warning("schedule.refused", schedule=schedule.pk, reason=str(error))
        SweepRun.objects.get_or_create(schedule=schedule, slot=at, defaults={"error": str(error)[:200]})
        return False
    return True
