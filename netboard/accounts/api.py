"""REST: who is signed in, their tokens, and people for administrators."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from netboard.accounts import services
from netboard.accounts.audit import actor_of
from netboard.accounts.http import (
    ADMINISTERING,
    OWNING,
    Name,
    ObjectId,
    Page,
    Paging,
    Rows,
    identity,
    page_of,
    tell_once,
)
from netboard.accounts.models import ApiToken, Role, Scope, Team, User
from netboard.core.errors import Invalid, Missing

router = Router()


class MeOut(Schema):
    """Who calls, and what they may see. `hosts` null: every host."""

    id: int
    name: str
    role: Role
    scope: Scope
    hosts: list[str] | None


class TokenOut(Schema):
    """A token, without its secret."""

    id: int
    name: str
    scope: Scope
    created: datetime
    expires: datetime
    used: datetime | None


class TokenIn(Schema):
    """A token to make."""

    name: Name
    ttl: str = Field("90d", max_length=12)
    scope: Scope = Scope.READ


class NewToken(TokenOut):
    """A new token; `token` is shown this once."""

    token: str


class PersonOut(Schema):
    """A person."""

    id: int
    name: str
    role: Role
    active: bool
    teams: list[str]


class PersonIn(Schema):
    """Somebody new."""

    name: str = Field(min_length=1, max_length=150)
    role: Role = Role.VIEWER
    password: str = Field(min_length=1, max_length=1000)


class PersonChange(Schema):
    """What to change of a person; what is absent or null stays."""

    role: Role | None = None
    active: bool | None = None
    teams: list[Name] | None = Field(None, max_length=1000)


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> dict[str, Any]:
    """Who calls, and what they may."""
    caller = identity(request)
    hosts = caller.visible.hosts
    return {
        "id": caller.user.pk,
        "name": caller.user.username,
        "role": caller.role,
        "scope": caller.scope,
        "hosts": None if hosts is None else sorted(hosts),
    }


@router.get("/tokens", response=Page[TokenOut])
def tokens(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Your own tokens that are not revoked."""
    rows = ApiToken.objects.filter(person=identity(request).user, revoked=None)
    return page_of(rows, lambda row: f"{row.pk:020}", paging)


@router.post("/tokens", response={201: NewToken}, auth=OWNING)
def make_token(request: HttpRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """A new token of your own. A token needs the scope admin to make another, so that none makes a mightier one."""
    caller = identity(request)
    tell_once(request)
    row, token = services.make_token(
        actor_of(request), caller.user, body.name, services.parse_ttl(body.ttl), body.scope
    )
    return Status(201, {**TokenOut.from_orm(row).dict(), "token": token})


@router.delete("/tokens/{token}", response={204: None}, auth=OWNING)
def revoke(request: HttpRequest, token: ObjectId) -> Status[None]:
    """Revoke one of your tokens; its sockets close."""
    caller = identity(request)
    services.revoke_token(actor_of(request), caller.user, token)
    return Status(204, None)


def _person(row: User) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.username,
        "role": row.role,
        "active": row.is_active,
        "teams": sorted(team.name for team in row.teams.all()),
    }


@router.get("/people", response=Page[PersonOut], auth=ADMINISTERING)
def people(request: HttpRequest, paging: Query[Paging]) -> Rows:
    """Everybody. For administrators."""
    page = page_of(User.objects.prefetch_related("teams"), lambda row: f"{row.pk:020}", paging)
    return {"items": [_person(row) for row in page["items"]], "next": page["next"]}


@router.post("/people", response={201: PersonOut}, auth=ADMINISTERING)
def create_person(request: HttpRequest, body: PersonIn) -> Status[dict[str, Any]]:
    """Somebody new. For administrators."""
    person = services.create_person(actor_of(request), body.name, body.role, body.password)
    return Status(201, _person(person))


@router.patch("/people/{person}", response=PersonOut, auth=ADMINISTERING)
def change_person(request: HttpRequest, person: ObjectId, body: PersonChange) -> dict[str, Any]:
    """Change somebody's role, teams, or whether they may sign in; their sockets close. For administrators."""
    with transaction.atomic():
        row = User.objects.filter(pk=person).first()
        if row is None:
            raise Missing("There is no such person (any more).")
        teams = None
        if body.teams is not None:
            teams = list(Team.objects.filter(name__in=body.teams))
            unknown = sorted(set(body.teams) - {team.name for team in teams})
            if unknown:
                raise Invalid(f"There is no team called {unknown[0]!r}.", field="teams")
        services.change_person(actor_of(request), row, role=body.role, active=body.active, teams=teams)
        return _person(User.objects.prefetch_related("teams").get(pk=row.pk))
