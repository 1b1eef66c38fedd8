"""How many sweeps a person may ask for."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from netboard.accounts.audit import Actor, record
from netboard.accounts.models import User
from netboard.core.errors import Conflict, Missing
from netboard.core.probes.model import ENDED
from netboard.probes.models import Quota, Sweep


class Allowance(NamedTuple):
    """How many in an hour, and how many at once."""

    per_hour: int
    at_once: int


def of(person: int) -> Allowance:
    """What a person may."""
    row = Quota.objects.filter(person=person).first()
    if row is not None:
        return Allowance(row.per_hour, row.at_once)
    return Allowance(settings.NETBOARD.sweeps_per_hour, settings.NETBOARD.sweeps_at_once)


def spend(actor: Actor) -> None:
    """Hold what the person may against what they asked for lately, in the caller's transaction. Raises `Conflict`."""
    if actor.person is None:
        return
    list(User.objects.select_for_update().filter(pk=actor.person).values_list("pk"))  # one at a time
    allowance, mine = of(actor.person), Sweep.objects.filter(person=actor.person)
    if mine.exclude(state__in=ENDED).count() >= allowance.at_once:
        raise Conflict(
            f"{allowance.at_once} of your sweeps are under way, as many as you may have; wait for one or cancel it.",
            code="sweeps_at_once",
            params={"most": allowance.at_once},
        )
    if mine.filter(created__gt=timezone.now() - timedelta(hours=1)).count() >= allowance.per_hour:
        raise Conflict(
            f"You asked for {allowance.per_hour} sweeps within an hour, as many as you may; try again later.",
            code="sweeps_per_hour",
            params={"most": allowance.per_hour},
        )


def change(actor: Actor, person: str, per_hour: int | None, at_once: int | None) -> dict[str, int]:
    """Give a person an allowance of their own, or with neither number the usual one again; what they may from now on.

    Raises `Missing`.
    """
    user = User.objects.filter(username=person).first()
    if user is None:
        raise Missing("There is nobody of that name.", code="person_missing", params={"person": person})
    before = of(user.pk)
    values = {
        "per_hour": before.per_hour if per_hour is None else per_hour,
        "at_once": before.at_once if at_once is None else at_once,
    }
    usual = per_hour is None and at_once is None
    with transaction.atomic():
        record(actor, "sweeps.quota", user.username, before=before._asdict(), after=None if usual else values)
        if usual:
            Quota.objects.filter(person=user).delete()
        else:
            Quota.objects.update_or_create(person=user, defaults=values)
    return of(user.pk)._asdict()
