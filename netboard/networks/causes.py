"""Who caused an event: other apps register a finder in `ready()`; what nobody claims came from outside netboard."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from netboard.networks.models import Event


class Cause(NamedTuple):
    """What made something happen; `kind` is operation, request or monitor."""

    kind: str
    id: str
    person: int | None


Finder = Callable[[str, Sequence[Event]], Sequence[Cause | None]]
"""Given a host and its new events, in the recorder's transaction: the cause of each, or None."""

_finders: list[Finder] = []


def add(finder: Finder) -> None:
    """Ask this one as well."""
    if finder not in _finders:
        _finders.append(finder)


def attribute(host: str, events: Sequence[Event]) -> None:
    """Put causes on new events."""
    if not events:
        return
    for finder in _finders:
        for event, cause in zip(events, finder(host, events), strict=True):
            if cause is not None:
                event.cause_kind, event.cause_id, event.person = cause
