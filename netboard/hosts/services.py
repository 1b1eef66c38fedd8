"""Changes to hosts: enrolment, life signs, and the order to compare."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from netboard.accounts.audit import Actor, record
from netboard.core.errors import Conflict, Invalid, Missing
from netboard.core.ids import is_host
from netboard.hosts import dispatch
from netboard.hosts.models import Host, LifeSign

SEEN_EVERY = timedelta(seconds=30)
"""A host's last sign of life is written at most this often."""
BEAT_EVERY = timedelta(seconds=5)
"""So is a process's."""


def check_id(host: str) -> str:
    """The id, if it is one; raises `Invalid`."""
    if not is_host(host):
        raise Invalid("A host's id has letters, digits, - and _ only, at most 63.", field="id", code="host_id")
    return host


def enrol(actor: Actor, host: str, title: str = "", again: bool = False) -> str:
    """Give a host a new key and return it; it is shown this once.

    The agent gets it as NETBOARD_HOST_KEY and carries out only what is signed with it. `again` replaces the key of a
    host that has one. Raises `Invalid` for an id that will not do, `Conflict` for a host that has a key already.
    """
    check_id(host)
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Host.objects.select_for_update().filter(pk=host).first()
        if row is not None and row.secret and not again:
            raise Conflict("This host has a key already; ask for a new one to replace it.", code="enrolled")
        record(actor, "host.enrolled", host, title=title, again=bool(row and row.secret))
        row = row or Host(id=host)
        row.title, row.secret, row.enrolled = title[:200] or row.title, key, timezone.now()
        row.save()
    return key


def adopt(host: str, title: str, key: str) -> None:
    """Make known the embedded agent's host with the key that both sides read from the data folder. Idempotent."""
    with transaction.atomic():
        row = Host.objects.filter(pk=check_id(host)).first() or Host(id=host)
        if row.secret != key:
            row.title, row.secret, row.enrolled = row.title or title[:200], key, timezone.now()
            row.save()


def remove(actor: Actor, host: str) -> None:
    """Forget a host: its key no longer signs anything. What it reports later makes it known again, without a key.

    Raises `Missing`.
    """
    with transaction.atomic():
        row = Host.objects.filter(pk=host).first()
        if row is None:
            raise Missing("There is no such host (any more).")
        record(actor, "host.removed", host)
        row.delete()


def seen(host: str, title: str = "") -> None:
    """A host has reported now. Makes it known if it was not; writes at most every 30 s unless the title changed."""
    now = timezone.now()
    row = Host.objects.filter(pk=host).first()
    if row is None:
        Host.objects.get_or_create(pk=host, defaults={"title": title[:200], "seen": now})
    elif row.seen is None or now - row.seen > SEEN_EVERY or (title and row.title != title[:200]):
        Host.objects.filter(pk=host).update(seen=now, title=title[:200] or row.title)


def beat(process: str, detail: Mapping[str, Any] | None = None) -> None:
    """A background process lives now. Writes at most every 5 s."""
    now = timezone.now()
    if not LifeSign.objects.filter(pk=process, at__gt=now - BEAT_EVERY).exists():
        LifeSign.objects.update_or_create(pk=process, defaults={"at": now, "detail": dict(detail or {})})


def recheck(actor: Actor, host: str) -> None:
    """Have a host's agent compare what it keeps with a fresh dump. Raises `Conflict` (no key), `BusUnavailable`."""
    row = Host.objects.filter(pk=host).first()
    if row is None or not row.secret:
        raise Conflict("This host is not enrolled, so its agent would refuse the task; enrol it.", code="not_enrolled")
    record(actor, "host.recheck", host)
    dispatch.send(host, row.secret, "recheck")
