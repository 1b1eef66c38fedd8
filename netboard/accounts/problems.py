"""Errors as `application/problem+json` (RFC 9457): the one place that maps them to HTTP."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from netboard.core.errors import Conflict, Forbidden, Invalid, Missing, NetboardError, Refused, Unavailable

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[NetboardError], int], ...] = (
    (Invalid, 422),
    (Forbidden, 403),
    (Conflict, 409),
    (Refused, 409),
    (Missing, 404),
    (Unavailable, 503),
    (NetboardError, 500),
)
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available now",
}
CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "missing",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}


class FieldError(TypedDict):
    """What is wrong with one field. `field` is a dotted path: `spec.subnet`, `ports.0.protocol`."""

    field: str
    code: str
    message: str


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    errors: Sequence[FieldError] = (),
    params: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An answer that says what went wrong and what to do."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "status": status,
        "code": code or CODES.get(status, "error"),
        "title": TITLES.get(status, "Error"),
        "detail": detail,
    }
    if errors:
        content["errors"] = list(errors)
    if params:
        content["params"] = dict(params)
    answer = HttpResponse(
        json.dumps(content, default=str),
        status=status,
        content_type="application/problem+json",
        headers=dict(headers or {}),
    )
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="netboard"'
    return answer


def from_error(error: NetboardError) -> HttpResponse:
    """The answer for one of netboard's own errors."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    errors: list[FieldError] = []
    if isinstance(error, Invalid) and error.field:
        errors = [{"field": error.field, "code": error.code, "message": str(error)}]
    return problem(status, str(error), code=error.code, errors=errors, params=error.params)


def field_errors(error: ValidationError) -> list[FieldError]:
    """Pydantic's errors with the field as a dotted path, without where it came from (body, query, path)."""
    found: list[FieldError] = []
    for item in error.errors:
        place = [str(part) for part in item.get("loc", ())]
        if place and place[0] in ("body", "query", "path", "form", "header", "cookie", "file"):
            place = place[2:] if place[0] == "body" and len(place) > 2 else place[1:]
        found.append(
            {"field": ".".join(place), "code": str(item.get("type", "invalid")), "message": str(item.get("msg", ""))}
        )
    return found


def install(api: NinjaAPI) -> None:
    """Make `api` answer every error as a problem."""

    @api.exception_handler(NetboardError)
    def own(_request: HttpRequest, error: NetboardError) -> HttpResponse:
        return from_error(error)

    @api.exception_handler(ValidationError)
    def validation(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = field_errors(error)
        names = ", ".join(sorted({item["field"] for item in errors if item["field"]})) or "the body"
        return problem(422, f"These fields are not valid: {names}.", code="invalid", errors=errors)

    @api.exception_handler(HttpError)
    def http(_request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code == 401:
            return problem(401, "Sign in, or send a valid token as 'Authorization: Bearer …'.")
        return problem(error.status_code, str(error))

    @api.exception_handler(Http404)
    def missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(404, "There is no such thing (any more).")

    @api.exception_handler(PermissionDenied)
    def denied(_request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
        return problem(403, "You may not do this.")

    _install_rough(api)


def _install_rough(api: NinjaAPI) -> None:
    @api.exception_handler(RequestDataTooBig)
    def too_big(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return problem(413, "The request is larger than 1 MB.")

    @api.exception_handler(TooManyFieldsSent)
    @api.exception_handler(SuspiciousOperation)
    @api.exception_handler(UnreadablePostError)
    def malformed(_request: HttpRequest, _error: Exception) -> HttpResponse:
        return problem(400, "The request could not be read.")

    @api.exception_handler(OperationalError)
    @api.exception_handler(InterfaceError)
    def database(_request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("the database did not answer: %s", error)
        return problem(503, "The database does not answer now; try again.", code="database_silent")

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(500, "netboard failed; the administrator finds the reason in the log.")
