"""Housekeeping of the control worker."""

from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from netboard.accounts.models import ApiToken, Attempts, IdempotentAnswer

KEPT = timedelta(days=1)
"""How long answers to requests with an Idempotency-Key are kept."""
TOKENS_KEPT = timedelta(days=30)
"""How long expired and revoked tokens stay listed in the database."""


def clear() -> dict[str, int]:
    """Delete sessions, counts, answers and tokens that no longer matter; how many of each."""
    now = timezone.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return {
        "attempts": Attempts.objects.filter(until__lt=now).delete()[0],
        "answers": IdempotentAnswer.objects.filter(created__lt=now - KEPT).delete()[0],
        "tokens": ApiToken.objects.filter(expires__lt=now - TOKENS_KEPT).delete()[0],
    }


@shared_task(name="netboard.accounts.clear_expired")  # type: ignore[untyped-decorator]
def clear_expired() -> None:
    """Run hourly."""
    clear()
