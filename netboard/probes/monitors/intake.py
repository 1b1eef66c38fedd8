"""Takes in what probers observed: states, incidents and history, in the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from netboard.core.probes import states
from netboard.core.probes.history import LEVELS, Span, start_of
from netboard.core.probes.model import Observation
from netboard.core.probes.states import Thresholds
from netboard.probes.monitors import history, incidents
from netboard.probes.monitors.models import Kind, Monitor, Series

DRIFT: Final = timedelta(minutes=5)
"""What a host's clock may be off; beyond, the board's own clock counts."""
_DEFAULT: Final = 0
"""The default monitor, as probers call it."""

TOLD: Final = ("state", "since", "memory", "at", "heard", "rtt_us", "code", "incident", "ended")


class Seen(NamedTuple):
    """What one batch said of one series."""

    row: Series
    monitor: Monitor
    spans: dict[int, Span]
    """By the start of their span of the monitor's finest level."""


def level_of(monitor: Monitor) -> int:
    """The finest level that is kept: what is asked seldom or for everybody is not kept by the minute."""
    return LEVELS[1].seconds if monitor.kind == Kind.GATEWAYS else LEVELS[0].seconds


def limits_of(monitor: Monitor) -> Thresholds:
    """When this monitor's states change."""
    return Thresholds(monitor.down_after, monitor.up_after, monitor.loss, monitor.slow_us)


def take(observations: Sequence[Observation], host: str) -> list[Series]:
    """Take in what one host told; answers the series that were told of.

    What names a monitor that is not this host's, or not there any more, is passed over.
    """
    now = timezone.now()
    monitors = _monitors(observations, host)
    seen = _series([one for one in observations if one["monitor"] in monitors], monitors)
    moved: list[incidents.Move] = []
    for one in observations:
        found = seen.get((one["monitor"], one["key"]))
        if found is None:
            continue
        at = _moment(one["at"], now)
        before = found.row.state
        _observe(found, one, at, now)
        if found.row.state != before:
            moved.append(incidents.Move(found.row, found.monitor, before, found.row.state, found.row.code, at))
    incidents.follow(moved)
    Series.objects.bulk_update([found.row for found in seen.values()], TOLD, batch_size=200)
    history.add({found.row.pk: (level_of(found.monitor), found.spans) for found in seen.values()})
    return [found.row for found in seen.values()]


def _monitors(observations: Iterable[Observation], host: str) -> dict[int, Monitor]:
    """This host's monitors that are named, by the number that probers use."""
    named = {one["monitor"] for one in observations}
    found = {row.pk: row for row in Monitor.objects.filter(host=host, pk__in=named - {_DEFAULT})}
    if _DEFAULT in named:
        default = Monitor.objects.filter(host=host, kind=Kind.GATEWAYS).first()
        if default is not None:
            found[_DEFAULT] = default
    return found


def _series(observations: Sequence[Observation], monitors: dict[int, Monitor]) -> dict[tuple[int, str], Seen]:
    """The rows that these are about, made where they are new."""
    numbers = {row.pk: number for number, row in monitors.items()}
    wanted: dict[int, set[str]] = defaultdict(set)
    for one in observations:
        wanted[monitors[one["monitor"]].pk].add(one["key"][:64])
    keys = {key for names in wanted.values() for key in names}
    there = Series.objects.select_for_update(of=("self",)).filter(monitor__in=wanted, key__in=keys)
    rows = list(there.select_related("incident"))
    known = {(row.monitor_id, row.key) for row in rows}
    new = [
        Series(monitor_id=monitor, key=key)
        for monitor, names in wanted.items()
        for key in sorted(names)
        if (monitor, key) not in known
    ]
    if new:
        Series.objects.bulk_create(new)
        incidents.name(new)
    for row in [*rows, *new]:
        row.monitor = monitors[numbers[row.monitor_id]]
    return {(numbers[row.monitor_id], row.key): Seen(row, row.monitor, {}) for row in [*rows, *new]}


def _moment(at: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return now
    return moment if abs(moment - now) <= DRIFT else now


def _observe(found: Seen, one: Observation, at: datetime, now: datetime) -> None:
    row = found.row
    memory = states.step(states.remembered(row.memory), one["ok"], one["rtt_us"], limits_of(found.monitor))
    row.memory = memory.kept()
    if row.state != memory.state:
        row.state, row.since = memory.state, at
    row.at, row.heard, row.ended = at, now, None
    row.rtt_us, row.code = one["rtt_us"], one["code"][:32]
    level = next(each for each in LEVELS if each.seconds == level_of(found.monitor))
    found.spans.setdefault(start_of(at.timestamp(), level), Span()).add(one["ok"], one["rtt_us"])
