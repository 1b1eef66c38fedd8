"""What changed lately, as the recorder wrote it, in the reader's words."""

from datetime import UTC
from typing import Any, TypedDict

from django.db.models import Q

from netboard.accounts.access import Visible
from netboard.accounts.models import User
from netboard.boards import words
from netboard.core.ids import FLEET
from netboard.networks.models import Event

NEWEST = 100
LOOKED_AT = 300
"""Events from which the newest are chosen: some of them only say that something lived for a moment."""


class Entry(TypedDict):
    """One line of the feed. `tone`: good, bad, warn, quiet."""

    id: str
    at: str
    node: str
    name: str
    tone: str
    words: str
    cause: str


def entries(visible: Visible, node: str = "") -> list[Entry]:
    """The newest hundred, of what may be seen; of one node, if given. Without a node, devices only where they fail."""
    events = Event.objects.order_by("-id")
    if visible.hosts is not None:
        events = events.filter(host__in=[*visible.hosts, FLEET])
    if node:
        events = events.filter(node=node)
    else:
        named = Q(kind__in=("host", "network", "container", "namespace"))
        events = events.filter(named | Q(change=Event.Change.CHANGED))
    rows = list(events[:LOOKED_AT])
    fleeting = set() if node else _fleeting(rows)
    rows = [event for event in rows if event.node not in fleeting][:NEWEST]
    people = dict(User.objects.filter(pk__in={e.person for e in rows if e.person}).values_list("pk", "username"))
    return [_entry(event, people) for event in rows]


def _fleeting(rows: list[Event]) -> set[str]:
    """Namespaces that came and went within these: processes in a namespace of their own for a moment."""
    spaces = [event for event in rows if event.kind == "namespace"]
    came = {event.node for event in spaces if event.change == Event.Change.APPEARED}
    return came & {event.node for event in spaces if event.change == Event.Change.REMOVED}


def _entry(event: Event, people: dict[int, str]) -> Entry:
    told, tone = _told(event)
    person = people.get(event.person or 0, "")
    cause = words.say(words.CAUSES.get(event.cause_kind, event.cause_kind), {"id": event.cause_id, "person": person})
    return {
        "id": f"e{event.pk}",
        "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "node": event.node,
        "name": event.name,
        "tone": tone,
        "words": f"{words.kind(event.kind)} · {told}",
        "cause": cause.strip(),
    }


def _told(event: Event) -> tuple[str, str]:
    """What happened, and in which tone."""
    if event.change == Event.Change.APPEARED:
        return words.say(words.EVENTS["appeared"]), "good"
    if event.change == Event.Change.REMOVED:
        return words.say(words.EVENTS["gone"]), "warn"
    changes: dict[str, dict[str, Any]] = {str(each.get("field")): each for each in event.what}
    if state := changes.get("state"):
        after = str(state.get("after"))
        params = {"state": words.state(after), "was": words.state(str(state.get("before")))}
        return words.say(words.EVENTS["state"], params), {"down": "bad", "up": "good"}.get(after, "warn")
    if reach := changes.get("reachability"):
        after = str(reach.get("after"))
        if after == "up":
            return words.say(words.EVENTS["reached"]), "good"
        return words.say(words.EVENTS["silent"], {"state": words.state(after)}), "bad" if after == "down" else "warn"
    if name := changes.get("name"):
        return words.say(words.EVENTS["renamed"], {"was": name.get("before")}), "quiet"
    if warnings := changes.get("warnings"):
        return words.say(words.EVENTS["warned" if warnings.get("after") else "cleared"]), (
            "warn" if warnings.get("after") else "good"
        )
    fields = ", ".join(str(words.FIELDS.get(field, field)) for field in changes)
    return words.say(words.EVENTS["changed"], {"fields": fields}), "quiet"
