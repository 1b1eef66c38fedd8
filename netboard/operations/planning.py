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
from netboard.core.ports import HostGraph
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


def preview(host: str, kind: str, values: Mapping[str, object]) -> Planned:
    """What this would do to the host. Raises `Invalid`, `Missing` and `Conflict`; changes nothing."""
    spec = specs.parse(kind, values)
    seen = look(host)
    world = world_of(host, seen)
    found = plan(spec, world)
    if seen.old:
        found.warn("picture_old")
    return Planned(found, world)


def world_of(host: str, seen: Seen | None = None) -> World:
    """The host as planning sees it now. Raises `Missing` where no observer has told of it."""
    seen = seen or look(host)
    graph = seen.graph
    return World(
        host=host,
        nodes=graph.nodes,
        edges=graph.edges,
        claims=claims.standing(host, graph.nodes),
        pools=[pool_of(row) for row in Pool.objects.filter(host__in=("", host))],
        elsewhere=seen.elsewhere,
        services=list(services()),
        own=frozenset(
            Operation.objects.filter(host=host, kind="container.run", state="done").values_list(
                "recorded__container", flat=True
            )
        ),
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
        if seen.old or _shows_what_was_done(host, seen.graph) or time.monotonic() > deadline:
            return seen
        time.sleep(0.03)


def _shows_what_was_done(host: str, graph: HostGraph) -> bool:
    lately = list(
        Operation.objects.filter(host=host, state="done", ended__gt=timezone.now() - LATELY).values(
            "kind", "recorded", "spec"
        )
    )
    if not lately:
        return True
    shown = {str(n["facts"].get("id") or "") for n in graph.nodes.values() if n["kind"] in ("network", "container")}
    gone: set[str] = set()
    made: set[str] = set()
    for done in lately:
        recorded, spec = done["recorded"], done["spec"]
        if done["kind"] in ("network.delete", "network.recreate"):
            gone.add(spec.get("network", ""))
        if done["kind"] == "container.remove":
            gone.add(spec.get("container", ""))
        made |= {recorded[role] for role in ("network", "container") if recorded.get(role)}
    return made - gone <= shown and not (gone - made) & shown


def open_operations(host: str) -> list[Operation]:
    """Operations of a host that are not done."""
    return list(Operation.objects.filter(host=host).exclude(state__in=TERMINAL))
