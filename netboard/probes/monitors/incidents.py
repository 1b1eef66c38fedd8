"""From changed states to incidents, and to events of the board that name the monitor as their cause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from netboard.core.errors import BusUnavailable
from netboard.core.ids import container_id, network_id
from netboard.networks import graphs
from netboard.networks.models import Event
from netboard.probes.monitors.models import Incident, Kind, Monitor, Series, State

_RANK: Final = {State.UP: 0, State.UNKNOWN: 0, State.DEGRADED: 1, State.DOWN: 2}
PROBLEMS: Final = (State.DEGRADED, State.DOWN)


class Move(NamedTuple):
    """One change of a series' state; the caller saves the series."""

    row: Series
    monitor: Monitor
    before: str
    after: str
    code: str
    at: datetime


def follow(moves: Sequence[Move]) -> None:
    """Open and close incidents, in the caller's transaction. Unknown neither opens nor closes one: what was down when
    the observer went away is the same incident when it is still down after it came back."""
    events: list[Event] = []
    for move in moves:
        row = move.row
        if move.after in PROBLEMS:
            if row.incident is None:
                row.incident = Incident.objects.create(
                    series=row, host=move.monitor.host, opened=move.at, worst=move.after, code=move.code
                )
                events.append(_event(move, State.UP, move.after))
            elif _RANK[State(move.after)] > _RANK[State(row.incident.worst)]:
                row.incident.worst, row.incident.code = move.after, move.code
                row.incident.save(update_fields=["worst", "code"])
        elif move.after == State.UP and row.incident is not None:
            close(row, move.at)
            events.append(_event(move, move.before, State.UP))
    Event.objects.bulk_create(events)


def close(row: Series, at: datetime) -> None:
    """End the open incident of a series; the caller saves the series."""
    if row.incident is not None:
        row.incident.closed = at
        row.incident.save(update_fields=["closed"])
        row.incident = None


def node_of(monitor: Monitor, key: str) -> str:
    """The node on the board that a series is about; empty where it is an address."""
    if key:
        return container_id(monitor.host, key)
    if monitor.kind in (Kind.CONTAINER, Kind.PUBLISHED) and monitor.container:
        return container_id(monitor.about or monitor.host, monitor.container)
    if monitor.source:
        return container_id(monitor.host, monitor.source)
    return network_id(monitor.host, monitor.network) if monitor.network else monitor.host


def _event(move: Move, before: str, after: str) -> Event:
    node = node_of(move.monitor, move.row.key)
    return Event(
        host=move.monitor.about or move.monitor.host,
        at=move.at,
        node=node[:300],
        kind="container" if ".c." in node else "network" if ".w." in node else "host",
        name=(move.row.label or move.monitor.target_name or move.monitor.name)[:300],
        change=Event.Change.CHANGED,
        what=[{"field": "reachability", "before": str(before), "after": str(after)}],
        cause_kind="monitor",
        cause_id=str(move.monitor.pk),
    )


def name(rows: Sequence[Series]) -> None:
    """Give new series the names of their containers, as the graph has them now."""
    monitors = Monitor.objects.in_bulk({row.monitor_id for row in rows})
    named: list[Series] = []
    for host in {monitor.host for monitor in monitors.values()}:
        try:
            graph = graphs.of(host)
        except BusUnavailable:
            return
        nodes = graph.nodes if graph else {}
        for row in rows:
            monitor = monitors[row.monitor_id]
            node = nodes.get(container_id(host, row.key)) if row.key and monitor.host == host else None
            if node is not None:
                row.label = node["name"][:300]
                named.append(row)
    Series.objects.bulk_update(named, ["label"], batch_size=200)


def end_gone(now: datetime) -> int:
    """End the series of containers that are gone for good, with their incidents, and the incidents of what was stopped
    and is not asked any more; answers how many series."""
    quiet = Series.objects.filter(state=State.UNKNOWN, ended=None).exclude(key="").select_related("monitor", "incident")
    ended: list[Series] = []
    by_host: dict[str, list[Series]] = {}
    for row in quiet:
        by_host.setdefault(row.monitor.host, []).append(row)
    for host, rows in by_host.items():
        try:
            graph = graphs.of(host)
        except BusUnavailable:
            continue
        if graph is None:
            continue
        for row in rows:
            node = graph.nodes.get(container_id(host, row.key))
            if node is None or (row.incident is not None and node["state"] in ("stopped", "down")):
                close(row, now)
                row.ended = now if node is None else None
                ended.append(row)
    Series.objects.bulk_update(ended, ("incident", "ended"), batch_size=200)
    return len(ended)
