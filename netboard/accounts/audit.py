"""What was done by whom: one function, called before the change and in its transaction."""

from dataclasses import dataclass
from typing import Any

import structlog
from django.http import HttpRequest

from netboard.accounts.http import identity_or_none
from netboard.accounts.models import AuditEntry
from netboard.accounts.visitors import address_of


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and from where."""

    person: int | None = None
    name: str = ""
    origin: str = ""
    token: int | None = None
    request: str = ""


COMMAND = Actor(name="command", origin="command")
"""Somebody with a shell on the machine."""


def actor_of(request: HttpRequest) -> Actor:
    """Who makes this request."""
    identity = identity_or_none(request)
    context = structlog.contextvars.get_contextvars()
    return Actor(
        person=identity.user.pk if identity else None,
        name=identity.user.username if identity else "",
        origin=address_of(request),
        token=identity.token if identity else None,
        request=str(context.get("request_id", ""))[:64],
    )


def record(actor: Actor, action: str, thing: object = "", **detail: Any) -> None:
    """Write one entry. Call it before the change, inside the same transaction: no change without its entry."""
    AuditEntry.objects.create(
        person=actor.person,
        name=actor.name[:150],
        origin=actor.origin,
        token=actor.token,
        action=action,
        object=str(thing)[:200],
        detail=detail,
        request=actor.request,
    )
