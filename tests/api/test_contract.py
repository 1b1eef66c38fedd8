"""The OpenAPI document, walked by a machine: whatever is sent, nothing fails, and every refusal is a problem."""

import json
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase
from pytest_django import Settings

from netboard.accounts.models import User
from netboard.config.api import api
from tests.support.people import bearer

SCHEMA = api.get_openapi_schema(path_prefix="/api/v1/")
OPERATIONS = [
    pytest.param(path, method, id=f"{method} {path}") for path, methods in SCHEMA["paths"].items() for method in methods
]


def test_it_is_openapi_3_1_and_every_operation_tells_of_problems() -> None:
    assert SCHEMA["openapi"].startswith("3.1")
    for methods in SCHEMA["paths"].values():
        for operation in methods.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation["security"]
            assert operation["description"]


@pytest.fixture(scope="session")
def described() -> Any:
    return schemathesis.openapi.from_dict(dict(SCHEMA))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_fails_whatever_is_sent(
    cast: dict[str, User], no_bus: None, described: Any, path: str, method: str, settings: Settings
) -> None:
    settings.NETBOARD_API_PER_MINUTE = 10**9
    headers = bearer(cast["ada"])

    @hypothesis.settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=described[path][method.upper()].as_strategy())
    def walk(case: Any) -> None:
        answer = send(case, headers)
        assert answer.status_code != 500, answer.content
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["detail"]

    walk()


def send(case: Any, headers: dict[str, str]) -> Any:
    """One generated request, through Django's own client."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    body = sent.get("data") or b""
    if "json" in sent:
        body = json.dumps(sent["json"])
    query = {key: value for key, value in (sent.get("params") or {}).items() if value is not None}
    path = case.formatted_path
    own = {key: value for key, value in (sent.get("headers") or {}).items() if key.lower() == "content-type"}
    kind = own.get("Content-Type", "application/json")
    return Client().generic(case.method, path, body, content_type=kind, headers=headers, query_params=query)
