"""REST: alerts, silences, and the channels that alerts are sent by."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts.audit import actor_of
from netboard.accounts.http import (
    ADMINISTERING,
    OPERATORS,
    HostId,
    ObjectId,
    Page,
    Paging,
    Rows,
    identity,
    page_of,
    require,
    tell_once,
)
from netboard.accounts.models import Role, Scope
from netboard.core.errors import Missing
from netboard.probes.monitors import alerts, services, words
from netboard.probes.monitors.models import Alert, Channel, Incident

router = Router()

Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class MemberOut(Schema):
    """One thing that did not answer as it should."""

    monitor: int
    key: str
    name: str
    state: str
    code: str
    opened: datetime
    closed: datetime | None


class AlertOut(Schema):
    """An alert: all that has one cause."""

    id: int
    title: str
    host: str
    cause: str
    thing: str
    name: str
    evidence: str
    why: str
    worst: str
    opened: datetime
    closed: datetime | None
    acknowledged: datetime | None
    acknowledged_by: str
    note: str
    silenced: bool
    members: list[MemberOut]


class NoteIn(Schema):
    """What to say with it."""

    note: Text = ""


class SilenceIn(Schema):
    """Whom not to tell, and until when. Without monitor and thing: all of the host."""

    host: HostId
    until: datetime
    monitor: ObjectId | None = None
    thing: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    reason: Text = ""


class SilenceOut(Schema):
    """A silence."""

    id: int
    host: str
    monitor: int | None
    thing: str
    until: datetime
    reason: str
    person: str


class ChannelIn(Schema):
    """Where alerts are sent; `hosts`: of which hosts, none for all."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
    kind: Literal["email", "webhook"]
    target: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00\s]+$")]
    hosts: list[HostId] = Field([], max_length=1000)


class ChannelOut(Schema):
    """A channel. `secret`: what signs webhooks, told once."""

    id: int
    name: str
    kind: str
    target: str
    hosts: list[str]
    enabled: bool
    secret: str | None = None
    failing: int
    """Messages that did not arrive yet."""


class Filter(Schema):
    """Which alerts."""

    host: str = Field("", max_length=63)
    open: bool | None = None


def alert_out(row: Alert, members: list[Incident]) -> dict[str, Any]:
    """An alert as REST tells it."""
    return {
        "id": row.pk,
        "title": words.title(row),
        "host": row.host,
        "cause": row.cause,
        "thing": row.thing,
        "name": row.name,
        "evidence": row.evidence,
        "why": words.evidence(row),
        "worst": row.worst,
        "opened": row.opened,
        "closed": row.closed,
        "acknowledged": row.acknowledged,
        "acknowledged_by": row.acknowledged_by,
        "note": row.note,
        "silenced": row.closed is None and alerts.silence_of(row, timezone.now()) is not None,
        "members": [
            {
                "monitor": one.series.monitor_id,
                "key": one.series.key,
                "name": one.series.label or one.series.monitor.target_name or one.series.monitor.name,
                "state": one.worst,
                "code": one.code,
                "opened": one.opened,
                "closed": one.closed,
            }
            for one in members
        ],
    }


@router.get("/alerts", response=Page[AlertOut])
def list_alerts(request: HttpRequest, paging: Query[Paging], chosen: Query[Filter]) -> Rows:
    """Alerts that you may see, newest first; `open=true` for those that are not over."""
    rows = alerts.of(identity(request).visible)
    if chosen.host:
        rows = rows.filter(host=chosen.host)
    if chosen.open is not None:
        rows = rows.filter(closed__isnull=chosen.open)
    page = page_of(rows.order_by("-pk")[:5000], lambda row: f"{2**62 - row.pk:020}", paging)
    members = alerts.members_of(page["items"])
    return {"items": [alert_out(row, members[row.pk]) for row in page["items"]], "next": page["next"]}


@router.get("/alerts/{alert_id}", response=AlertOut)
def one_alert(request: HttpRequest, alert_id: ObjectId) -> dict[str, Any]:
    """One alert."""
    row = alerts.of(identity(request).visible).filter(pk=alert_id).first()
    if row is None:
        raise Missing("There is no such alert.", code="alert_missing")
    return alert_out(row, alerts.members_of([row])[row.pk])


@router.post("/alerts/{alert_id}/acknowledge", response=AlertOut, auth=OPERATORS)
def acknowledge(request: HttpRequest, alert_id: ObjectId, body: NoteIn) -> dict[str, Any]:
    """Say that you look after it. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    row = alerts.acknowledge(actor_of(request), caller.visible, alert_id, body.note)
    return alert_out(row, alerts.members_of([row])[row.pk])


def _silence_out(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "host": row.host,
        "monitor": row.monitor_id,
        "thing": row.thing,
        "until": row.until,
        "reason": row.reason,
        "person": row.person_name,
    }


@router.get("/silences", response=Page[SilenceOut])
def silences(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Silences that have not ended."""
    page = page_of(alerts.silences(identity(request).visible), lambda row: f"{row.pk:020}", paging)
    return {"items": [_silence_out(row) for row in page["items"]], "next": page["next"]}


@router.post("/silences", response={201: SilenceOut}, auth=OPERATORS)
def silence(request: HttpRequest, body: SilenceIn) -> Status[dict[str, Any]]:
    """Have nobody told of something for a while. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    if not caller.visible.sees(body.host):
        raise Missing(f"There is no host “{body.host}”.", code="host_missing", params={"host": body.host})
    until = body.until if body.until.tzinfo else timezone.make_aware(body.until)
    row = alerts.silence(actor_of(request), body.host, until, body.monitor, body.thing, body.reason)
    return Status(201, _silence_out(row))


@router.delete("/silences/{silence_id}", response={204: None}, auth=OPERATORS)
def unsilence(request: HttpRequest, silence_id: ObjectId) -> Status[None]:
    """End a silence now. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    alerts.unsilence(actor_of(request), caller.visible, silence_id)
    return Status(204, None)


def _channel_out(row: Channel, secret: str | None = None) -> dict[str, Any]:
    failing = row.deliveries.filter(arrived=None, attempts__gt=0).count()
    values = {name: getattr(row, name) for name in ("name", "kind", "target", "hosts", "enabled")}
    return {"id": row.pk, **values, "secret": secret, "failing": failing}


@router.get("/channels", response=Page[ChannelOut], auth=ADMINISTERING)
def channels(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Where alerts are sent. For administrators."""
    page = page_of(Channel.objects.all(), lambda row: f"{row.pk:020}", paging)
    return {"items": [_channel_out(row) for row in page["items"]], "next": page["next"]}


@router.post("/channels", response={201: ChannelOut}, auth=ADMINISTERING)
def create_channel(request: HttpRequest, response: HttpResponse, body: ChannelIn) -> Status[dict[str, Any]]:
    """Make a channel; a webhook's secret is told this once. For administrators."""
    row = services.create_channel(actor_of(request), body.dict())
    tell_once(request)
    response["Location"] = "/api/v1/channels"
    return Status(201, _channel_out(row, row.secret or None))


@router.delete("/channels/{channel_id}", response={204: None}, auth=ADMINISTERING)
def delete_channel(request: HttpRequest, channel_id: ObjectId) -> Status[None]:
    """Remove a channel. For administrators."""
    row = Channel.objects.filter(pk=channel_id).first()
    if row is None:
        raise Missing("There is no such channel.", code="channel_missing")
    services.delete_channel(actor_of(request), row)
    return Status(204, None)
