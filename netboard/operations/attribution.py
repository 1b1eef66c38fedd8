"""Which operation caused an event: what it made is known by full id, and what it touched by its plan, while it ran."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils import timezone

from netboard.networks.causes import Cause
from netboard.networks.models import Event
from netboard.operations.models import Operation

WITHIN: Final = timedelta(minutes=2)
_SHORT: Final = 16
"""Characters of the engine's id in a node's id."""


def find(host: str, events: Sequence[Event]) -> list[Cause | None]:
    """The operation behind each event, if there is one."""
    since = timezone.now() - WITHIN
    lately = list(Operation.objects.filter(host=host, changed__gte=since, token__gt=0))
    if not lately:
        return [None] * len(events)
    return [_of(event, lately) for event in events]


def _of(event: Event, lately: Sequence[Operation]) -> Cause | None:
    _, _, rest = event.node.partition(".")
    short = rest[2:]
    for operation in lately:
        if event.at < operation.created - timedelta(seconds=5):
            continue
        if operation.ended is not None and event.at > operation.ended + timedelta(seconds=5):
            continue
        ids = [*operation.recorded.values(), *operation.bound.values()]
        if any(short and full[:_SHORT] == short for full in ids if len(full) >= _SHORT) or (
            event.kind == "bridge" and any(event.name == f"br-{full[:12]}" for full in ids)
        ):
            return Cause("operation", operation.pk, operation.person)
    return None
