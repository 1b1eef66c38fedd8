"""REST: hosts."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts.audit import actor_of
from netboard.accounts.http import MANAGING, OPERATORS, HostId, Page, Paging, Rows, identity, page_of, tell_once
from netboard.hosts import health, selectors, services
from netboard.hosts.selectors import Known

router = Router()


class SourceOut(Schema):
    """One of the observer's sources. `text` says why it does not speak."""

    state: str
    since: str = ""
    code: str = ""
    params: dict[str, Any] = {}
    text: str = ""


class HostOut(Schema):
    """A host: what is enrolled, and what its observer last said."""

    id: str
    title: str
    place: int | None
    enrolled: bool
    seen: datetime | None
    live: bool
    age_s: float | None
    """Seconds since the observer's last heartbeat; null: none."""
    sources: dict[str, SourceOut]
    engine: dict[str, Any]
    version: str
    checks: int
    differences: int
    simulated: bool


class HostIn(Schema):
    """A host to enrol. `again` replaces the key of a host that has one."""

    id: HostId
    title: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    again: bool = False


class KeyOut(Schema):
    """The key of a host; shown this once."""

    id: str
    key: str


class Asked(Schema):
    """What was asked of a host's agent."""

    host: str
    asked: str


def _out(host: Known) -> dict[str, Any]:
    said = health.observer(host)
    row, status = host.row, host.status
    return {
        "id": host.id,
        "title": host.title,
        "place": row.place if row else None,
        "enrolled": bool(row and row.secret),
        "seen": row.seen if row else None,
        "live": said["ok"],
        "age_s": said["age_s"],
        "sources": said["sources"],
        "engine": status["engine"] if status else {},
        "version": said.get("version", ""),
        "checks": said.get("checks", 0),
        "differences": said.get("differences", 0),
        "simulated": bool(status and status.get("simulated", False)),
    }


@router.get("/hosts", response=Page[HostOut])
def hosts(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """All hosts that you may see."""
    page = page_of(selectors.known_hosts(identity(request).visible), lambda host: host.id, paging)
    return {"items": [_out(host) for host in page["items"]], "next": page["next"]}


@router.get("/hosts/{host}", response=HostOut)
def host(request: HttpRequest, host: HostId) -> dict[str, Any]:
    """One host."""
    return _out(selectors.known_host(identity(request).visible, host))


@router.post("/hosts", response={201: KeyOut}, auth=MANAGING)
def enrol(request: HttpRequest, body: HostIn) -> Status[dict[str, str]]:
    """Enrol a host: answers its key, this once. For administrators."""
    tell_once(request)
    key = services.enrol(actor_of(request), body.id, body.title, body.again)
    return Status(201, {"id": body.id, "key": key})


@router.post("/hosts/{host}/recheck", response={202: Asked}, auth=OPERATORS)
def recheck(request: HttpRequest, host: HostId) -> Status[dict[str, str]]:
    """Ask the host's agent to compare what it keeps with a fresh dump, now. For operators."""
    caller = identity(request)
    services.recheck(actor_of(request), selectors.known_host(caller.visible, host).id)
    return Status(202, {"host": host, "asked": "recheck"})
