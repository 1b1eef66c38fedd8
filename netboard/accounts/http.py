"""What every REST endpoint shares: who may call, and lists by pages.

An endpoint in a router: `@router.get("/hosts", response=Page[HostOut])`; without more it needs a signed-in person (or
token) for GET and the scope `operate` for everything else. `auth=READING` lets tokens with the scope `read` POST
(previews), `auth=ADMINISTERING` demands the role admin. `identity(request)` tells who calls and what they see.
Errors of `netboard.core.errors` that an endpoint raises become answers in `problems.py`.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, TypedDict, TypeVar

from django.http import HttpRequest
from ninja import Schema
from ninja.errors import AuthenticationError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf
from pydantic import Field

from netboard.accounts.identity import Credential, Identity, bearer, identify
from netboard.accounts.models import Role, Scope
from netboard.core.errors import Forbidden, Invalid

T = TypeVar("T")

ObjectId = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The id of a row, as databases can hold it."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
"""A short text that every database can hold."""
HostId = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9_-]+$")]
"""The id of a host."""
NodeId = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
"""An id of the graph, or an engine's id, or a name."""


def credential_of(request: HttpRequest) -> Credential | None:
    """What the request shows. A Bearer header counts alone: its failure does not fall back to the cookie."""
    header = request.headers.get("Authorization")
    if header is not None:
        return bearer(header)
    key = request.session.session_key
    return Credential(session=key) if key else None


def identity_or_none(request: HttpRequest) -> Identity | None:
    """Who calls, found out once a request."""
    if not hasattr(request, "_netboard_identity"):
        request._netboard_identity = identify(credential_of(request))  # type: ignore[attr-defined]
    found: Identity | None = request._netboard_identity  # type: ignore[attr-defined]
    return found


def identity(request: HttpRequest) -> Identity:
    """Who calls. Raises 401 where nobody is signed in."""
    found = identity_or_none(request)
    if found is None:
        raise AuthenticationError
    return found


def require(request: HttpRequest, role: Role, scope: Scope = Scope.READ) -> Identity:
    """Who calls, if they have this role and their token this scope; otherwise raises `Forbidden`."""
    found = identity(request)
    if found.role.rank < role.rank:
        raise Forbidden(f"This needs the role {role.value}; ask an administrator.", code="role_missing")
    if found.scope.rank < scope.rank:
        raise Forbidden(f"This token's scope does not allow that; it needs {scope.value}.", code="scope_missing")
    return found


def tell_once(request: HttpRequest) -> None:
    """The answer holds a secret: it is not kept for a repetition with the same Idempotency-Key."""
    request._netboard_once = True  # type: ignore[attr-defined]


class _Access(AuthBase):
    """Holds what an unsafe method demands; GET and HEAD demand the scope `read` only."""

    def __init__(
        self, role: Role = Role.VIEWER, scope: Scope = Scope.OPERATE, reading_role: Role = Role.VIEWER
    ) -> None:
        self.role, self.scope, self.reading_role = role, scope, reading_role
        super().__init__()

    def demand(self, request: HttpRequest) -> Identity:
        """The caller, if allowed."""
        if request.method in ("GET", "HEAD"):
            return require(request, self.reading_role, Scope.READ)
        return require(request, self.role, self.scope)


class Bearer(_Access):
    """`Authorization: Bearer <token>`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Identity | None:
        if "Authorization" not in request.headers:
            return None
        return self.demand(request)


class SessionCookie(_Access):
    """The session of a signed-in browser, with the CSRF token for everything but GET."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "netboard_session"

    def __call__(self, request: HttpRequest) -> Identity | None:
        if "Authorization" in request.headers or identity_or_none(request) is None:
            return None
        if check_csrf(request):
            raise Forbidden("The request came without a valid CSRF token; reload the page.", code="csrf")
        return self.demand(request)


def _access(**demands: Any) -> list[AuthBase]:
    return [Bearer(**demands), SessionCookie(**demands)]


OPERATING = _access()
READING = _access(scope=Scope.READ)
ADMINISTERING = _access(role=Role.ADMIN, scope=Scope.ADMIN, reading_role=Role.ADMIN)
OPERATORS = _access(role=Role.OPERATOR)
"""Everybody signed in may GET; only operators may change."""
OWNING = _access(scope=Scope.ADMIN)
"""What is one's own: a token needs its person's whole scope to change it."""
MANAGING = _access(role=Role.ADMIN, scope=Scope.ADMIN)
"""Everybody signed in may GET; only administrators may change."""


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = None
    """Cursor of the following page; null: this was the last."""


class Paging(Schema):
    """How much of a list, from where: use as `paging: Query[Paging]`."""

    limit: int = Field(100, ge=1, le=1000)
    cursor: str = Field("", max_length=1000)


class Rows(TypedDict):
    """A page before it is written out."""

    items: list[Any]
    next: str | None


def encode_cursor(key: str) -> str:
    """A cursor for the items after `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The key in a cursor; raises `Invalid` for what netboard did not make."""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Invalid("This cursor is not one that netboard gave; start without it.", field="cursor") from error
    if "\x00" in key:
        raise Invalid("This cursor is not one that netboard gave; start without it.", field="cursor")
    return key


def page_of(items: Iterable[T], key: Callable[[T], str], paging: Paging) -> Rows:
    """One page of a list that is in memory. `key` must be unique; the list is in its order."""
    rows: Sequence[T] = sorted(items, key=key)
    if paging.cursor:
        after = decode_cursor(paging.cursor)
        rows = [row for row in rows if key(row) > after]
    more = len(rows) > paging.limit
    shown = list(rows[: paging.limit])
    return {"items": shown, "next": encode_cursor(key(shown[-1])) if more else None}
