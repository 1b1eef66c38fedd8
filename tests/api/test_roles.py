"""Every role and every token's scope at every endpoint; a session changes nothing without its CSRF token."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from netboard.accounts.models import Role, Scope, User
from netboard.config.api import api
from tests.support.people import bearer

SCHEMA = api.get_openapi_schema(path_prefix="/api/v1/")
FILLED = {"host": "h404", "token": "404", "person": "404", "pool_id": "404", "operation_id": "op404"} | dict.fromkeys(
    ("monitor_id", "schedule_id", "alert_id", "silence_id", "channel_id", "sweep_id", "opened_id"), "404"
)

DEMANDS: dict[str, tuple[Role, Scope]] = {
    "post /api/v1/hosts": (Role.ADMIN, Scope.ADMIN),
    "post /api/v1/hosts/{host}/recheck": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/operations": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/operations/preview": (Role.VIEWER, Scope.READ),
    "post /api/v1/operations/{operation_id}/cancel": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/pools": (Role.ADMIN, Scope.ADMIN),
    "delete /api/v1/pools/{pool_id}": (Role.ADMIN, Scope.ADMIN),
    "post /api/v1/sweeps": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/sweeps/{sweep_id}/cancel": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/opened-ranges": (Role.ADMIN, Scope.ADMIN),
    "delete /api/v1/opened-ranges/{opened_id}": (Role.ADMIN, Scope.ADMIN),
    "get /api/v1/sweep-quotas": (Role.ADMIN, Scope.READ),
    "post /api/v1/sweep-quotas": (Role.ADMIN, Scope.ADMIN),
    "post /api/v1/monitors": (Role.OPERATOR, Scope.OPERATE),
    "patch /api/v1/monitors/{monitor_id}": (Role.OPERATOR, Scope.OPERATE),
    "delete /api/v1/monitors/{monitor_id}": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/schedules": (Role.OPERATOR, Scope.OPERATE),
    "delete /api/v1/schedules/{schedule_id}": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/alerts/{alert_id}/acknowledge": (Role.OPERATOR, Scope.OPERATE),
    "post /api/v1/silences": (Role.OPERATOR, Scope.OPERATE),
    "delete /api/v1/silences/{silence_id}": (Role.OPERATOR, Scope.OPERATE),
    "get /api/v1/channels": (Role.ADMIN, Scope.READ),
    "post /api/v1/channels": (Role.ADMIN, Scope.ADMIN),
    "delete /api/v1/channels/{channel_id}": (Role.ADMIN, Scope.ADMIN),
    "post /api/v1/tokens": (Role.VIEWER, Scope.ADMIN),
    "delete /api/v1/tokens/{token}": (Role.VIEWER, Scope.ADMIN),
    "get /api/v1/people": (Role.ADMIN, Scope.READ),
    "post /api/v1/people": (Role.ADMIN, Scope.ADMIN),
    "patch /api/v1/people/{person}": (Role.ADMIN, Scope.ADMIN),
}
"""Who may call, at least. What is not here is read by everybody who is signed in."""

OPERATIONS = [f"{method} {path}" for path, methods in SCHEMA["paths"].items() for method in methods]


def test_whoever_adds_an_endpoint_that_changes_something_says_who_may() -> None:
    assert [name for name in OPERATIONS if not name.startswith("get ") and name not in DEMANDS] == []
    assert DEMANDS.keys() <= set(OPERATIONS)


def call(operation: str, **how: Any) -> Any:
    method, path = operation.split(" ")
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value)
    browser = how.pop("browser", None) or Client()
    body: Any = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    return browser.generic(method.upper(), path.replace("{", "").replace("}", ""), **body, **how)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_who_may_call_it(cast: dict[str, User], no_bus: None, operation: str) -> None:
    role, scope = DEMANDS.get(operation, (Role.VIEWER, Scope.READ))
    nobody = call(operation)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_signed_in")
    for name in ("vera", "rita", "otto", "ada"):
        for has in Scope:
            answer = call(operation, headers=bearer(cast[name], has))
            allowed = cast[name].has_role(role) and has.rank >= scope.rank
            assert (answer.status_code == 403) is not allowed, (name, has, answer.content)
            assert answer.status_code not in (401, 500)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if not name.startswith("get ")])
def test_a_session_needs_its_csrf_token(cast: dict[str, User], no_bus: None, operation: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast["ada"])
    refused = call(operation, browser=browser)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    browser.get("/account/")
    token = browser.cookies["netboard_csrf"].value
    foreign = {"X-CSRFToken": token, "Origin": "https://evil.example"}
    assert call(operation, browser=browser, headers=foreign).json()["code"] == "csrf"
    assert call(operation, browser=browser, headers={"X-CSRFToken": token}).status_code != 403


def test_an_address_or_method_that_is_none_is_a_problem_too(cast: dict[str, User]) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/", 404),
        ("DELETE", "/api/v1/hosts", 405),
    ):
        answer = Client().generic(method, path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_too_many_requests_are_told_when_to_come_back(cast: dict[str, User], settings: Settings) -> None:
    settings.NETBOARD_API_PER_MINUTE = 0
    answer = Client().get("/api/v1/me", headers=bearer(cast["vera"]))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_too_large_a_body_and_one_that_is_no_json(cast: dict[str, User]) -> None:
    headers = bearer(cast["ada"])
    for body, status in (("x" * (1024 * 1024 + 1), 413), ("{", 400), ("\xff", 400)):
        answer = Client().post("/api/v1/people", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "hosts", {"id": "a.b"}, "id"),
        ("POST", "hosts", {"id": "x" * 64}, "id"),
        ("POST", "hosts", {"id": "h1", "title": "\x00"}, "title"),
        ("POST", "tokens", {"name": ""}, "name"),
        ("POST", "tokens", {"name": "x", "ttl": "soon"}, "ttl"),
        ("POST", "tokens", {"name": "x", "scope": "god"}, "scope"),
        ("POST", "people", {"name": "a b", "password": "a-long-enough-phrase"}, "name"),
        ("POST", "people", {"name": "nina", "password": "12345678"}, "password"),
        ("POST", "people", {"name": ["nina"], "password": "x"}, "name"),
        ("PATCH", "people/1", {"role": "king"}, "role"),
        ("PATCH", "people/1", {"teams": [1]}, "teams.0"),
        ("PATCH", "people/99999999999999999999", {}, "person"),
        ("GET", "people?limit=1001", None, "limit"),
        ("GET", "people?limit=x", None, "limit"),
        ("GET", "people?cursor=~~~", None, "cursor"),
        ("GET", "hosts/a.b", None, "host"),
    ],
)
def test_nonsense_in_a_field_names_the_field(
    cast: dict[str, User], no_bus: None, method: str, path: str, body: Any, field: str
) -> None:
    answer = Client().generic(
        method,
        f"/api/v1/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers=bearer(cast["ada"]),
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert error["code"]
    assert error["message"]
