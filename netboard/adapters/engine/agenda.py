"""When to look at which object again: events say that something happened, an inspect says what is now."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple, cast

from netboard.adapters.engine.parse import Api

Kind = Literal["container", "network"]


class Object(NamedTuple):
    """One container or network, by its full engine id."""

    kind: Kind
    id: str


STARTING: Final = 0.25
"""Seconds to wait after a container that does not run was connected: while it starts, the engine answers no inspect of
it, and its start will be told, which is looked at once."""
LEAVING: Final = 0.05
"""Seconds to wait after a disconnect: where it is part of a stop, that is told next."""
SWARMING: Final = 0.5
"""Seconds after which a swarm network is looked at when a container joined or left: the engine makes and removes its
local side without telling."""


class Agenda:
    """What is to be looked at, and from when on. Later news about an object replace earlier ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[Object, float] = {}
        self._details: deque[str] = deque()
        self._wanting: set[str] = set()

    def look(self, what: Object, after: float = 0.0) -> None:
        """Look at this object after so many seconds; an earlier appointment stands."""
        due = self._clock() + after
        self._due[what] = min(due, self._due.get(what, due))

    def postpone(self, what: Object, after: float) -> None:
        """Look at this object again, but not before so many seconds."""
        self._due[what] = self._clock() + after

    def drop(self, what: Object) -> None:
        """It is gone or was just seen: nothing to look at."""
        self._due.pop(what, None)
        if what.kind == "container":
            self._wanting.discard(what.id)

    def want_details(self, containers: Iterable[str]) -> None:
        """Inspect these containers some time, a few at a time."""
        fresh = [each for each in containers if each not in self._wanting]
        self._details.extend(fresh)
        self._wanting.update(fresh)

    def details(self, count: int) -> list[Object]:
        """The next few containers whose details are still wanted; they count as given."""
        found: list[Object] = []
        while self._details and len(found) < count:
            engine_id = self._details.popleft()
            if engine_id in self._wanting:
                self._wanting.discard(engine_id)
                found.append(Object("container", engine_id))
        return found

    def due(self) -> list[Object]:
        """What is to be looked at now, networks first; they count as given."""
        now = self._clock()
        found = sorted((each for each, due in self._due.items() if due <= now), key=lambda each: each.kind != "network")
        for each in found:
            del self._due[each]
        return found

    def next_in(self, most: float) -> float:
        """Seconds until something is due, 0 if it is already, at most `most`. Details have their own pace."""
        return max(0.0, min(min(self._due.values()) - self._clock(), most)) if self._due else most

    def pending(self, what: Object) -> bool:
        """Whether this object is to be looked at because of an event."""
        return what in self._due

    @property
    def wants_details(self) -> bool:
        """Whether some container was not inspected yet."""
        return bool(self._wanting)


def actor(event: Api) -> tuple[str, str, str, dict[str, str]]:
    """Type, action (without what follows a colon), id and attributes of one event; empty where it tells none."""
    told = event.get("Actor")
    told = told if isinstance(told, dict) else {}
    attributes = told.get("Attributes")
    action = str(event.get("Action", "")).partition(":")[0]
    return (
        str(event.get("Type", "")),
        action,
        str(told.get("ID", "")),
        cast("dict[str, str]", attributes) if isinstance(attributes, dict) else {},
    )
