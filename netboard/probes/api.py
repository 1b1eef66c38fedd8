"""REST: sweeps, what administrators open for them, and quotas."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts.audit import actor_of
from netboard.accounts.http import (
    ADMINISTERING,
    MANAGING,
    OPERATORS,
    HostId,
    Name,
    NodeId,
    ObjectId,
    Page,
    Paging,
    Rows,
    decode_cursor,
    encode_cursor,
    identity,
    page_of,
    require,
)
from netboard.accounts.models import Role, Scope
from netboard.probes import opened, quotas, selectors, services
from netboard.probes.models import OpenedRange, Quota, Sweep

router = Router()
Text = Field("", max_length=300, pattern=r"^[^\x00]*$")


class SourceIn(Schema):
    """From where it is asked: a container by full id, netboard's id or name."""

    container: NodeId


class SweepIn(Schema):
    """What is to be swept: a network, or a range; `from` a container instead of the host."""

    host: HostId
    network: str = Text
    cidr: str = Field("", max_length=60, pattern=r"^[^\x00]*$")
    source: SourceIn | None = Field(None, alias="from")
    methods: list[Name] = Field([], max_length=4)
    ports: list[int] = Field([], max_length=64)


class ProgressOut(Schema):
    """How far it is."""

    asked: int
    total: int
    alive: int
    share: float


class ErrorOut(Schema):
    """Why it failed."""

    code: str
    message: str
    params: dict[str, Any]


class ResultOut(Schema):
    """What one address said: one that is alive or expected."""

    address: str
    alive: bool
    kind: str
    method: str | None
    rtt_us: float | None
    mac: str | None
    container: str | None
    node: str | None
    name: str
    code: str
    explanation: str
    phrases: list[dict[str, Any]]
    macs: list[str]
    ports: dict[str, str]
    duplicates: int
    late: bool
    wrong_sender: str | None


class SweepOut(Schema):
    """A sweep without what it found."""

    id: str
    host: str
    state: str
    cidr: str
    network: str | None
    network_name: str
    node: str | None
    source: dict[str, str] | None = Field(None, serialization_alias="from")
    methods: list[str]
    ports: list[int]
    progress: ProgressOut
    error: ErrorOut | None
    cancelling: bool
    person: str
    created: datetime
    ended: datetime | None


class SweepWhole(SweepOut):
    """A sweep with what it found; `next` is the cursor of further results."""

    kinds: dict[str, int]
    results: list[ResultOut]
    next: str | None


def out(row: Sweep) -> dict[str, Any]:
    """A sweep as REST tells it."""
    message = selectors.error_text(row)
    return {
        "id": row.pk,
        "host": row.host,
        "state": row.state,
        "cidr": row.cidr,
        "network": row.network or None,
        "network_name": row.network_name,
        "node": row.node or None,
        "source": {"container": row.source, "name": row.source_name} if row.source else None,
        "methods": row.methods,
        "ports": row.ports,
        "progress": selectors.progress(row),
        "error": {**row.error, "message": message} if row.error else None,
        "cancelling": row.cancelling,
        "person": row.name,
        "created": row.created,
        "ended": row.ended,
    }


@router.post("/sweeps", response={201: SweepOut}, auth=OPERATORS, by_alias=True)
def submit(request: HttpRequest, response: HttpResponse, body: SweepIn) -> Status[dict[str, Any]]:
    """Sweep a network, or a range that may be swept, from the host or from a container. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    wanted = services.Wanted(
        host=body.host,
        network=body.network,
        cidr=body.cidr,
        source=body.source.container if body.source else "",
        methods=tuple(body.methods),
        ports=tuple(body.ports),
    )
    row = services.submit(actor_of(request), caller.visible, wanted)
    response["Location"] = f"/api/v1/sweeps/{row.pk}"
    return Status(201, out(row))


class Filter(Schema):
    """Which sweeps."""

    host: str = Field("", max_length=63)
    state: str = Field("", max_length=16)
    network: str = Field("", max_length=64)


@router.get("/sweeps", response=Page[SweepOut], by_alias=True)
def sweeps(request: HttpRequest, paging: Query[Paging], chosen: Query[Filter]) -> Rows:
    """The sweeps that you may see, newest first, without what they found."""
    wanted = {name: value for name, value in chosen.dict().items() if value}
    rows, following = selectors.page(selectors.sweeps(identity(request).visible).filter(**wanted), paging)
    return {"items": [out(row) for row in rows], "next": following}


class Part(Schema):
    """How much of the results, from where, of which kind."""

    limit: int = Field(1000, ge=0, le=10_000)
    cursor: str = Field("", max_length=200)
    kind: str = Field("", max_length=16)


@router.get("/sweeps/{sweep_id}", response=SweepWhole, by_alias=True)
def sweep(request: HttpRequest, sweep_id: Name, part: Query[Part]) -> dict[str, Any]:
    """One sweep with what it found until now, by address; further results by `next`."""
    row = selectors.sweep(identity(request).visible, sweep_id)
    after = decode_cursor(part.cursor) if part.cursor else ""
    found = list(selectors.results(row, after, part.kind)[: part.limit + 1])
    shown = found[: part.limit]
    return {
        **out(row),
        "kinds": selectors.counts(row),
        "results": [selectors.result_out(row, each) for each in shown],
        "next": encode_cursor(shown[-1].place) if len(found) > len(shown) and shown else None,
    }


@router.post("/sweeps/{sweep_id}/cancel", response=SweepOut, auth=OPERATORS, by_alias=True)
def cancel(request: HttpRequest, sweep_id: Name) -> dict[str, Any]:
    """Cancel it; what was found until then is kept. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    row = selectors.sweep(caller.visible, sweep_id)
    return out(services.cancel(actor_of(request), row.pk))


class OpenedIn(Schema):
    """A network that reaches beyond the machine, or a range, that may be swept from a host from now on."""

    host: HostId
    network: str = Text
    cidr: str = Field("", max_length=60, pattern=r"^[^\x00]*$")
    reason: str = Text


class OpenedOut(Schema):
    """An opened network or range."""

    id: int
    host: str
    network: str | None
    network_name: str
    cidr: str | None
    reason: str
    person: str
    created: datetime


def opened_out(row: OpenedRange) -> dict[str, Any]:
    """An opened range as REST tells it."""
    return {
        "id": row.pk,
        "host": row.host,
        "network": row.network or None,
        "network_name": row.network_name,
        "cidr": row.cidr or None,
        "reason": row.reason,
        "person": row.name,
        "created": row.created,
    }


@router.get("/opened-ranges", response=Page[OpenedOut])
def list_opened(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """What may be swept although it reaches beyond the machine."""
    page = page_of(selectors.opened(identity(request).visible), lambda row: f"{row.pk:020}", paging)
    return {"items": [opened_out(row) for row in page["items"]], "next": page["next"]}


@router.post("/opened-ranges", response={201: OpenedOut}, auth=MANAGING)
def open_range(request: HttpRequest, body: OpenedIn) -> Status[dict[str, Any]]:
    """Open a macvlan or ipvlan network, or a range, for sweeps and monitors. For administrators."""
    visible = identity(request).visible
    row = opened.add(actor_of(request), visible, body.host, body.network, body.cidr, body.reason)
    return Status(201, opened_out(row))


@router.delete("/opened-ranges/{opened_id}", response={204: None}, auth=MANAGING)
def close_range(request: HttpRequest, opened_id: ObjectId) -> Status[None]:
    """Close it again. For administrators."""
    opened.remove(actor_of(request), identity(request).visible, opened_id)
    return Status(204, None)


class QuotaIn(Schema):
    """How many sweeps somebody may ask for; without numbers as many as everybody again."""

    person: Name
    per_hour: int | None = Field(None, ge=0, le=100_000)
    at_once: int | None = Field(None, ge=0, le=1000)


class QuotaOut(Schema):
    """What somebody may."""

    person: str
    per_hour: int
    at_once: int


@router.get("/sweep-quotas", response=Page[QuotaOut], auth=ADMINISTERING)
def list_quotas(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """People whose quota is not the usual one. For administrators."""
    page = page_of(Quota.objects.select_related("person"), lambda row: row.person.username, paging)
    items = [{"person": r.person.username, "per_hour": r.per_hour, "at_once": r.at_once} for r in page["items"]]
    return {"items": items, "next": page["next"]}


@router.post("/sweep-quotas", response=QuotaOut, auth=ADMINISTERING)
def set_quota(request: HttpRequest, body: QuotaIn) -> dict[str, Any]:
    """Give somebody a quota of their own, or the usual one again. For administrators."""
    return {"person": body.person, **quotas.change(actor_of(request), body.person, body.per_hour, body.at_once)}
