"""How often something may be tried, counted in the database: over processes, restarts, and while Redis is away."""

import hashlib
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from netboard.accounts.models import Attempts


class Limit(NamedTuple):
    """So many times within a window; `bucket` says what is counted."""

    bucket: str
    times: int
    window: timedelta


def sign_in_limits(username: str, address: str) -> list[Limit]:
    """One person's name from one address; all names from one address; one name from everywhere.

    The last is wide, so that a stranger who keeps guessing cannot easily lock somebody out.
    """
    name = hashlib.sha256(username.casefold().encode()).hexdigest()[:32]
    return [
        Limit(f"sign-in:both:{name}:{address}", 8, timedelta(minutes=5)),
        Limit(f"sign-in:from:{address}", 60, timedelta(minutes=5)),
        Limit(f"sign-in:name:{name}", 200, timedelta(hours=1)),
    ]


def spend(limits: list[Limit]) -> int:
    """Count one attempt against all limits. 0: go on; otherwise the seconds to wait."""
    now = timezone.now()
    wait = 0
    with transaction.atomic():
        for limit in limits:
            row, _ = Attempts.objects.get_or_create(bucket=limit.bucket, defaults={"until": now + limit.window})
            if row.until <= now:
                Attempts.objects.filter(pk=row.pk).update(count=0, until=now + limit.window)
            Attempts.objects.filter(pk=row.pk).update(count=F("count") + 1)
            row.refresh_from_db()
            if row.count > limit.times:
                wait = max(wait, 1 + int((row.until - now).total_seconds()))
    return wait


def forgive(limits: list[Limit]) -> None:
    """Forget the attempts of the narrowest limit: this one succeeded."""
    Attempts.objects.filter(bucket=limits[0].bucket).delete()
