"""REST: operations, their previews, and pools."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts.audit import actor_of
from netboard.accounts.http import (
    MANAGING,
    OPERATORS,
    READING,
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
from netboard.core.change import specs
from netboard.core.errors import Missing
from netboard.operations import differences, planning, pools, selectors, services
from netboard.operations.models import Operation

router = Router()


class OperationIn(Schema):
    """What is to be done. `spec` depends on `kind`; see the documentation of operations."""

    kind: Name
    host: HostId
    spec: dict[str, Any]
    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$")


class StepOut(Schema):
    """One step as it went."""

    name: str
    state: str
    detail: str
    at: str


class ErrorOut(Schema):
    """Why it failed."""

    code: str
    message: str
    params: dict[str, Any]


class ConflictOut(Schema):
    """One thing to know before."""

    code: str
    message: str
    object: str | None
    severity: Literal["refuse", "warn"]
    field: str | None
    params: dict[str, Any]


class OperationOut(Schema):
    """An operation."""

    id: str
    kind: str
    host: str
    state: str
    subject: str
    spec: dict[str, Any]
    asked: dict[str, Any]
    steps: list[StepOut]
    error: ErrorOut | None
    result: dict[str, Any]
    conflicts: list[ConflictOut]
    reason: str
    person: str
    created: datetime
    ended: datetime | None


class GraphPart(Schema):
    """Nodes and edges."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]


class GoneOut(Schema):
    """Ids that would be gone."""

    nodes: list[str]
    edges: list[str]


class PreviewOut(Schema):
    """What an operation would do."""

    upsert: GraphPart
    remove: GoneOut
    touched: list[str]
    conflicts: list[ConflictOut]
    refused: bool
    spec: dict[str, Any]
    commands: list[str]
    compose: str


class PoolIn(Schema):
    """A pool to make."""

    name: Name
    subnet: Name
    host: str = Field("", max_length=63, pattern=r"^[A-Za-z0-9_-]*$")
    drivers: list[Name] = Field([], max_length=8)
    size: int = Field(24, ge=8, le=126)
    shortest: int = Field(16, ge=8, le=126)
    longest: int = Field(28, ge=8, le=126)
    reserved: list[Name] = Field([], max_length=100)


class PoolOut(Schema):
    """A pool with how full it is."""

    id: int
    name: str
    subnet: str
    host: str
    drivers: list[str]
    size: int
    shortest: int
    longest: int
    reserved: list[str]
    usage: dict[str, Any]


class DifferenceOut(Schema):
    """A difference between netboard's record, the engine and the kernel."""

    code: str
    host: str
    node: str | None
    message: str
    repair: str
    params: dict[str, Any]


def out(row: Operation) -> dict[str, Any]:
    """An operation as REST tells it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "host": row.host,
        "state": row.state,
        "subject": row.subject,
        "spec": row.spec,
        "asked": row.asked,
        "steps": [
            {"name": one["name"], "state": one["state"], "detail": " ".join(one["texts"]), "at": one["at"]}
            for one in selectors.step_texts(row)
        ],
        "error": {**row.error, "message": selectors.error_text(row)} if row.error else None,
        "result": row.result,
        "conflicts": [selectors.conflict(finding) for finding in row.findings],
        "reason": row.reason,
        "person": row.name,
        "created": row.created,
        "ended": row.ended,
    }


def _may_change(request: HttpRequest, host: str) -> None:
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    if not caller.visible.sees(host):
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})


@router.post("/operations", response={201: OperationOut}, auth=OPERATORS)
def submit(request: HttpRequest, response: HttpResponse, body: OperationIn) -> Status[dict[str, Any]]:
    """Plan it and, unless something stands in its way, have it done. For operators."""
    _may_change(request, body.host)
    row = services.submit(actor_of(request), body.host, body.kind, body.spec, body.reason)
    response["Location"] = f"/api/v1/operations/{row.pk}"
    return Status(201, out(row))


@router.post("/operations/preview", response=PreviewOut, auth=READING)
def preview(request: HttpRequest, body: OperationIn) -> dict[str, Any]:
    """What it would do, and what stands in its way. Changes nothing."""
    if not identity(request).visible.sees(body.host):
        raise Missing(f"There is no host “{body.host}”.", code="host_missing", params={"host": body.host})
    found = planning.preview(body.host, body.kind, body.spec).preview
    return {
        "upsert": {"nodes": found.nodes, "edges": found.edges},
        "remove": {"nodes": found.removed_nodes, "edges": found.removed_edges},
        "touched": found.touched,
        "conflicts": [selectors.conflict(finding) for finding in found.findings],
        "refused": found.refused,
        "spec": specs.asked(found.spec),
        "commands": found.commands,
        "compose": found.compose,
    }


class Filter(Schema):
    """Which operations."""

    host: str = Field("", max_length=63)
    state: str = Field("", max_length=16)
    kind: str = Field("", max_length=32)


@router.get("/operations", response=Page[OperationOut])
def operations(request: HttpRequest, paging: Query[Paging], chosen: Query[Filter]) -> Rows:
    """The operations that you may see, newest first."""
    wanted = {name: value for name, value in chosen.dict().items() if value}
    rows, following = selectors.page(selectors.operations(identity(request).visible).filter(**wanted), paging)
    return {"items": [out(row) for row in rows], "next": following}


@router.get("/operations/{operation_id}", response=OperationOut)
def operation(request: HttpRequest, operation_id: Name) -> dict[str, Any]:
    """One operation."""
    return out(selectors.operation(identity(request).visible, operation_id))


@router.post("/operations/{operation_id}/cancel", response=OperationOut, auth=OPERATORS)
def cancel(request: HttpRequest, operation_id: Name) -> dict[str, Any]:
    """Cancel it, if no agent has begun it. For operators."""
    caller = require(request, Role.OPERATOR, Scope.OPERATE)
    row = selectors.operation(caller.visible, operation_id)
    return out(services.cancel(actor_of(request), row.pk))


@router.get("/pools", response=Page[PoolOut])
def list_pools(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Pools with how full they are."""
    visible = identity(request).visible
    page = page_of(selectors.pools(visible), lambda row: row.name, paging)
    return {"items": [pools.out(row, visible) for row in page["items"]], "next": page["next"]}


@router.post("/pools", response={201: PoolOut}, auth=MANAGING)
def create_pool(request: HttpRequest, response: HttpResponse, body: PoolIn) -> Status[dict[str, Any]]:
    """Make a pool. For administrators."""
    row = pools.create(actor_of(request), body.dict())
    response["Location"] = f"/api/v1/pools/{row.pk}"
    return Status(201, pools.out(row, identity(request).visible))


@router.delete("/pools/{pool_id}", response={204: None}, auth=MANAGING)
def delete_pool(request: HttpRequest, pool_id: ObjectId) -> Status[None]:
    """Remove a pool; networks that were cut from it stay. For administrators."""
    pools.delete(actor_of(request), pool_id)
    return Status(204, None)


@router.get("/differences", response=Page[DifferenceOut])
def list_differences(request: HttpRequest, paging: Query[Paging], chosen: Query[Filter]) -> Rows:
    """Where record, engine and kernel differ, and what would mend it; in large fleets where netboard made something."""
    found = differences.all_of(identity(request).visible, chosen.host)
    return page_of(found, lambda one: f"{one['host']} {one['code']} {one['node'] or ''} {one['message']}", paging)
