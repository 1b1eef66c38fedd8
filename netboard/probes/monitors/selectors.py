"""What is read of monitors, by whom."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django.db.models import Count, Q, QuerySet

from netboard.accounts.access import Visible
from netboard.core.errors import BusUnavailable, Missing
from netboard.core.ids import container_id, network_id
from netboard.core.model import Json
from netboard.core.ports import HostGraph
from netboard.core.probes import states
from netboard.core.probes.history import Level, Span
from netboard.core.wire import Reached
from netboard.networks import graphs
from netboard.probes.monitors import history
from netboard.probes.monitors.incidents import node_of
from netboard.probes.monitors.models import Kind, Monitor, Series, SweepSchedule


def monitors(visible: Visible) -> QuerySet[Monitor]:
    """The monitors that may be seen: whoever asks for another host's port is seen by who sees both."""
    rows = Monitor.objects.all()
    if visible.hosts is None:
        return rows
    return rows.filter(host__in=visible.hosts).filter(Q(about="") | Q(about__in=visible.hosts))


def monitor(visible: Visible, number: int) -> Monitor:
    """One monitor. Raises `Missing`."""
    row = monitors(visible).filter(pk=number).first()
    if row is None:
        raise Missing("There is no such monitor.", code="monitor_missing")
    return row


def schedules(visible: Visible) -> QuerySet[SweepSchedule]:
    """The scheduled sweeps that may be seen."""
    rows = SweepSchedule.objects.order_by("host", "network_name", "pk")
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)


def series(visible: Visible, host: str = "") -> QuerySet[Series]:
    """What is asked now, with its monitor."""
    rows = Series.objects.filter(ended=None, monitor__in=monitors(visible)).select_related("monitor")
    return rows.filter(monitor__host=host) if host else rows


def counts(rows: Iterable[Monitor]) -> Mapping[int, Mapping[str, int]]:
    """How many series of each monitor are in each state."""
    found: dict[int, dict[str, int]] = {row.pk: {} for row in rows}
    totals = Series.objects.filter(monitor__in=found, ended=None).values("monitor", "state").annotate(n=Count("id"))
    for one in totals:
        found[one["monitor"]][one["state"]] = one["n"]
    return found


def worst(states_: Mapping[str, int]) -> str:
    """The state that a monitor is shown with: of what it asks, the worst that is known."""
    return next((state for state in ("down", "degraded", "up") if states_.get(state)), "unknown")


def latest(visible: Visible, host: str) -> list[Reached]:
    """How all that is asked from a host stands now."""
    try:
        graph = graphs.of(host)
    except BusUnavailable:
        graph = None
    return [reached(row, graph) for row in series(visible, host)]


def reached(row: Series, graph: HostGraph | None) -> Reached:
    """One series as the board is told it."""
    monitor = row.monitor
    default = monitor.kind == Kind.GATEWAYS
    asks = row.key if default else monitor.source
    source = container_id(monitor.host, asks) if asks else monitor.host
    target = None if default or monitor.kind in (Kind.GATEWAY, Kind.ADDRESS) else node_of(monitor, row.key)
    network: Json = network_id(monitor.host, monitor.network) if monitor.network else None
    node = graph.nodes.get(target or source) if graph else None
    if network is None and node is not None and monitor.kind != Kind.ADDRESS:
        network = node["facts"].get("primary")
    memory = states.remembered(row.memory)
    return {
        "monitor": 0 if default else monitor.pk,
        "key": row.key,
        "kind": monitor.kind,
        "state": row.state,  # type: ignore[typeddict-item]
        "since": row.since.isoformat(),
        "loss": round(memory.loss, 3) if memory.known else None,
        "rtt_us": row.rtt_us,
        "source": source,
        "target": target,
        "network": str(network) if network else None,
    }


class Point(TypedDict):
    """One span of history, as people and programs read it."""

    at: int
    """Seconds since the epoch."""
    sent: int
    lost: int
    unknown: int
    availability: float | None
    p50_us: float | None
    p95_us: float | None
    least_us: float | None
    most_us: float | None


def point(at: int, span: Span) -> Point:
    """A span with its percentiles."""
    return {
        "at": at,
        "sent": span.sent,
        "lost": span.lost,
        "unknown": span.unknown,
        "availability": span.availability,
        "p50_us": span.percentile(0.5),
        "p95_us": span.percentile(0.95),
        "least_us": span.least,
        "most_us": span.most,
    }


def points(numbers: Iterable[int], since: float, until: float, level: Level) -> dict[int, list[Point]]:
    """History by series, oldest first."""
    found = history.read(numbers, since, until, level)
    return {number: [point(at, spans[at]) for at in sorted(spans)] for number, spans in found.items()}


def out(row: Monitor, states_: Mapping[str, int]) -> dict[str, Any]:
    """A monitor as REST tells it."""
    return {
        "id": row.pk,
        "host": row.host,
        "name": row.name,
        "kind": row.kind,
        "source": row.source or None,
        "container": row.container or None,
        "network": row.network or None,
        "address": row.address or None,
        "port": row.port or None,
        "protocol": row.protocol,
        "about": row.about or row.host,
        "predicted": row.predicted,
        "interval": row.interval,
        "jitter": row.jitter,
        "timeout": row.timeout,
        "window": row.window,
        "down_after": row.down_after,
        "up_after": row.up_after,
        "loss": row.loss,
        "slow_us": row.slow_us,
        "enabled": row.enabled,
        "state": worst(states_),
        "states": dict(states_),
        "person": row.person_name,
        "created": row.created,
    }
