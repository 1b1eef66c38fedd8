"""REST: monitors, their latest states and history, and scheduled sweeps."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts.audit import actor_of
from netboard.accounts.http import (
    OPERATORS,
    HostId,
    Name,
    ObjectId,
    Page,
    Paging,
    Rows,
    identity,
    page_of,
    require,
)
from netboard.accounts.models import Role, Scope
from netboard.core.errors import Missing
from netboard.core.probes.history import level_for
from netboard.probes.monitors import selectors, services, words
from netboard.probes.monitors.intake import level_of
from netboard.probes.monitors.services import Wanted

router = Router()

Reference = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class WindowIn(Schema):
    """When it asks; `days`: 0 is Monday, none for all."""

    days: list[Annotated[int, Field(ge=0, le=6)]] = Field([], max_length=7)
    since: str = Field(max_length=8)
    until: str = Field(max_length=8)
    zone: str = Field("UTC", max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")


class How(Schema):
    """How a monitor asks. Times in seconds, `slow_us` in microseconds (0: never slow)."""

    interval: Finite = 30.0
    jitter: Finite = 0.1
    timeout: Finite = 1.0
    window: WindowIn | None = None
    down_after: int = 3
    up_after: int = 5
    loss: Finite = 0.2
    slow_us: Finite = 0.0
    enabled: bool = True


class MonitorIn(How):
    """A monitor to make. Which fields it needs depends on `kind`."""

    host: HostId
    kind: Literal["gateway", "container", "address", "published", "network"]
    name: Reference = Field("", max_length=200)
    source: Reference = ""
    container: Reference = ""
    network: Reference = ""
    address: str = Field("", max_length=45, pattern=r"^[0-9A-Fa-f.:]*$")
    port: int = Field(0, ge=0, le=65_535)
    protocol: Literal["icmp", "tcp"] = "icmp"


class MonitorPatch(Schema):
    """What is to change; what is absent stays."""

    name: Name | None = None
    interval: Finite | None = None
    jitter: Finite | None = None
    timeout: Finite | None = None
    window: WindowIn | None = None
    down_after: int | None = None
    up_after: int | None = None
    loss: Finite | None = None
    slow_us: Finite | None = None
    enabled: bool | None = None


class MonitorOut(Schema):
    """A monitor. `predicted`: nobody outside asks, so what it says of outside is only likely."""

    id: int
    host: str
    name: str
    kind: str
    source: str | None
    container: str | None
    network: str | None
    address: str | None
    port: int | None
    protocol: str
    about: str
    predicted: bool
    interval: float
    jitter: float
    timeout: float
    window: dict[str, Any] | None
    down_after: int
    up_after: int
    loss: float
    slow_us: float
    enabled: bool
    state: str
    states: dict[str, int]
    person: str
    created: datetime


class ReachedOut(Schema):
    """How one thing that is asked stands. `source`, `target`, `network`: ids of nodes; monitor 0: the default one."""

    monitor: int
    key: str
    kind: str
    state: str
    since: str
    loss: float | None
    rtt_us: float | None
    source: str | None
    target: str | None
    network: str | None


class PointOut(Schema):
    """One span of history; `at` in seconds since the epoch, times in microseconds."""

    at: int
    sent: int
    lost: int
    unknown: int
    availability: float | None
    p50_us: float | None
    p95_us: float | None
    least_us: float | None
    most_us: float | None


class SeriesOut(Schema):
    """One thing that a monitor asks, with its history."""

    key: str
    name: str
    state: str
    since: datetime
    at: datetime | None
    rtt_us: float | None
    code: str
    why: str
    points: list[PointOut]


class HistoryOut(Schema):
    """History of all that a monitor asks; `seconds`: of one span."""

    seconds: int
    items: list[SeriesOut]


class Filter(Schema):
    """Which ones."""

    host: str = Field("", max_length=63)
    state: str = Field("", max_length=8)


class Asked(Schema):
    """Since when, in seconds before now."""

    hours: float = Field(24.0, gt=0, le=24 * 400, allow_inf_nan=False)


def _operator(request: HttpRequest, host: str) -> None:
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    if not caller.visible.sees(host):
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})


@router.post("/monitors", response={201: MonitorOut}, auth=OPERATORS)
def create(request: HttpRequest, response: HttpResponse, body: MonitorIn) -> Status[dict[str, Any]]:
    """Make a monitor. For operators."""
    _operator(request, body.host)
    values = body.dict()
    how = {name: values.pop(name) for name in How.model_fields}
    row = services.create(actor_of(request), identity(request).visible, Wanted(**values), how)
    response["Location"] = f"/api/v1/monitors/{row.pk}"
    return Status(201, selectors.out(row, {"unknown": 1}))


@router.get("/monitors", response=Page[MonitorOut])
def monitors(request: HttpRequest, paging: Query[Paging], chosen: Query[Filter]) -> Rows:
    """The monitors that you may see."""
    rows = selectors.monitors(identity(request).visible)
    if chosen.host:
        rows = rows.filter(host=chosen.host)
    found = list(rows)
    counted = selectors.counts(found)
    if chosen.state:
        found = [row for row in found if selectors.worst(counted[row.pk]) == chosen.state]
    page = page_of(found, lambda row: f"{row.pk:020}", paging)
    return {"items": [selectors.out(row, counted[row.pk]) for row in page["items"]], "next": page["next"]}


@router.get("/monitors/latest", response=Page[ReachedOut])
def latest(request: HttpRequest, host: HostId, paging: Query[Paging]) -> Rows:
    """How all that is asked from one host stands now."""
    visible = identity(request).visible
    if not visible.sees(host):
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})
    return page_of(selectors.latest(visible, host), lambda one: f"{one['monitor']:020} {one['key']}", paging)


@router.get("/monitors/{monitor_id}", response=MonitorOut)
def monitor(request: HttpRequest, monitor_id: ObjectId) -> dict[str, Any]:
    """One monitor."""
    row = selectors.monitor(identity(request).visible, monitor_id)
    return selectors.out(row, selectors.counts([row])[row.pk])


@router.get("/monitors/{monitor_id}/history", response=HistoryOut)
def history(request: HttpRequest, monitor_id: ObjectId, asked: Query[Asked]) -> dict[str, Any]:
    """Loss, latencies and availability over time, of all that a monitor asks."""
    row = selectors.monitor(identity(request).visible, monitor_id)
    until = timezone.now().timestamp()
    level = level_for(asked.hours * 3600, finest=level_of(row))
    rows = list(row.series.order_by("label", "key"))
    found = selectors.points([one.pk for one in rows], until - asked.hours * 3600, until + 1, level)
    items = [
        {
            "key": one.key,
            "name": one.label or row.target_name,
            "state": one.state,
            "since": one.since,
            "at": one.at,
            "rtt_us": one.rtt_us,
            "code": one.code,
            "why": words.code(one.code),
            "points": found[one.pk],
        }
        for one in rows
    ]
    return {"seconds": level.seconds, "items": items}


@router.patch("/monitors/{monitor_id}", response=MonitorOut, auth=OPERATORS)
def change(request: HttpRequest, monitor_id: ObjectId, body: MonitorPatch) -> dict[str, Any]:
    """Change how it asks, or switch it on or off. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    row = selectors.monitor(caller.visible, monitor_id)
    how = {
        name: value for name, value in body.dict(exclude_unset=True).items() if value is not None or name == "window"
    }
    row = services.change(actor_of(request), row, how)
    return selectors.out(row, selectors.counts([row])[row.pk])


@router.delete("/monitors/{monitor_id}", response={204: None}, auth=OPERATORS)
def delete(request: HttpRequest, monitor_id: ObjectId) -> Status[None]:
    """Remove it with its history. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    services.delete(actor_of(request), selectors.monitor(caller.visible, monitor_id))
    return Status(204, None)


class ScheduleIn(Schema):
    """A network to sweep again and again; `interval` in seconds, 300 to 30 days."""

    host: HostId
    network: Name
    interval: Finite = 86_400.0


class ScheduleOut(Schema):
    """A scheduled sweep with its last run."""

    id: int
    host: str
    network: str
    network_name: str
    interval: float
    person: str
    last: dict[str, Any] | None


def schedule_out(row: Any) -> dict[str, Any]:
    """A scheduled sweep as REST tells it."""
    run = row.runs.order_by("-slot").first()
    return {
        "id": row.pk,
        "host": row.host,
        "network": row.network,
        "network_name": row.network_name,
        "interval": row.interval,
        "person": row.person_name,
        "last": {"slot": run.slot.isoformat(), "sweep": run.sweep or None, "error": run.error} if run else None,
    }


@router.get("/schedules", response=Page[ScheduleOut])
def schedules(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Scheduled sweeps."""
    page = page_of(selectors.schedules(identity(request).visible), lambda row: f"{row.pk:020}", paging)
    return {"items": [schedule_out(row) for row in page["items"]], "next": page["next"]}


@router.post("/schedules", response={201: ScheduleOut}, auth=OPERATORS)
def create_schedule(request: HttpRequest, body: ScheduleIn) -> Status[dict[str, Any]]:
    """Have a network swept again and again. For operators."""
    _operator(request, body.host)
    visible = identity(request).visible
    row = services.create_schedule(actor_of(request), visible, body.host, body.network, body.interval)
    return Status(201, schedule_out(row))


@router.delete("/schedules/{schedule_id}", response={204: None}, auth=OPERATORS)
def delete_schedule(request: HttpRequest, schedule_id: ObjectId) -> Status[None]:
    """End a schedule. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    row = selectors.schedules(caller.visible).filter(pk=schedule_id).first()
    if row is None:
        raise Missing("There is no such schedule.", code="schedule_missing")
    services.delete_schedule(actor_of(request), row)
    return Status(204, None)
