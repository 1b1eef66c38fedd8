"""From what somebody asks to a preview on the live graph: the world is put together here, `core.change` plans."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from netboard.core.change import specs
from netboard.core.change.plan import plan
from netboard.core.change.preview import Preview
from netboard.core.change.world import Pool as PlanPool
from netboard.core.change.world import World
from netboard.core.operations import TERMINAL
from netboard.operations import claims
from netboard.operations.models import Operation, Pool
from netboard.operations.picture import Seen, pictures

APPEARS: Final = 1.5
"""Seconds that a plan waits for the graph to show what was done a moment ago."""
LATELY: Final = timedelta(seconds=APPEARS)
"""What was done longer ago and is not shown was removed outside meanwhile."""
turn = threading.Lock()
"""One plan is made and promised at a time in a process: the next one sees what this one was promised."""


@dataclass(frozen=True)
class Planned:
    """A preview and the world it was made for."""

    preview: Preview
    world: World
    settled: frozenset[str]
    """Operations whose promises are over: what they made is in this world, or was."""


def preview(host: str, kind: str, values: Mapping[str, object]) -> Planned:
    """What this would do to the host. Raises `Invalid`, `Missing` and `Conflict`; changes nothing."""
    spec = specs.parse(kind, values)
    seen = look(host)
    settled = claims.over(host, seen.shows)
    world = _world(seen, settled)
    found = plan(spec, world)
    if seen.old:
        found.warn("picture_old")
    return Planned(found, world, settled)


def world_of(host: str) -> World:
    """The host as planning sees it now. Raises `Missing` where no observer has told of it."""
    seen = look(host)
    return _world(seen, claims.over(host, seen.shows))


def _world(seen: Seen, settled: frozenset[str]) -> World:
    host = seen.ground.host
    ran = Operation.objects.filter(host=host, kind="container.run", state="done")
    return World(
        seen.ground,
        claims=claims.standing(host, settled),
        pools=[pool_of(row) for row in Pool.objects.filter(host__in=("", host))],
        elsewhere=seen.elsewhere,
        services=list(services()),
        own=frozenset(ran.values_list("recorded__container", flat=True)) if seen.ground.containers else frozenset(),
    )


def pool_of(row: Pool) -> PlanPool:
    """A pool's row as plans know it."""
    return PlanPool(
        id=str(row.pk),
        name=row.name,
        subnet=row.subnet,
        drivers=tuple(row.drivers),
        longest=row.longest,
        shortest=row.shortest,
        size=row.size,
        reserved=tuple(row.reserved),
    )


def services() -> set[str]:
    """Addresses by which netboard itself is reached, besides loopback."""
    bind = settings.NETBOARD.bind
    return {bind} if bind not in ("0.0.0.0", "::", "127.0.0.1", "::1", "localhost") and bind[0].isdigit() else set()


def look(host: str) -> Seen:
    """The host's graph, waiting a moment for what was done lately to appear in it. Raises `Missing`."""
    deadline = time.monotonic() + APPEARS
    while True:
        seen = pictures.of(host)
        if seen.old or _shows_what_was_done(seen) or time.monotonic() > deadline:
            return seen
        time.sleep(0.03)


def _shows_what_was_done(seen: Seen) -> bool:
    """Whether what was made a moment ago is in the graph, or was and went already, and what was removed is not."""
    ground = seen.ground
    lately = Operation.objects.filter(host=ground.host, state="done", ended__gt=timezone.now() - LATELY)
    gone: set[str] = set()
    made: set[str] = set()
    for kind, recorded, spec in lately.values_list("kind", "recorded", "spec"):
        if kind in ("network.delete", "network.recreate"):
            gone.add(spec.get("network", ""))
        if kind == "container.remove":
            gone.add(spec.get("container", ""))
        made |= {recorded[role] for role in claims.MADE if recorded.get(role)}
    return all(seen.shows(one) for one in made - gone) and not any(ground.made(one) for one in gone - made)


def open_operations(host: str) -> list[Operation]:
    """Operations of a host that are not done."""
    return list(Operation.objects.filter(host=host).exclude(state__in=TERMINAL))
