"""Health: lives, ready, figures; details for this machine or a token only."""

from typing import Any

import pytest
from django.test import Client

from netboard.accounts.models import User
from netboard.hosts import services
from tests.hosts.test_hosts import report
from tests.support.people import bearer
from tests.support.valkey import Valkey

OUTSIDE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.1"}


def test_it_lives_without_anything(no_bus: None) -> None:
    assert Client(**OUTSIDE).get("/healthz").content == b"ok\n"


def test_ready_with_what_every_part_says(db: None, bus: Valkey) -> None:
    report(bus, "h1", engine="absent", code="engine_too_old")
    services.beat("recorder", {"events": 3})
    answer = Client().get("/readyz")
    found = answer.json()
    assert (answer.status_code, found["status"]) == (200, "ready")
    assert all(found[part]["ok"] for part in ("database", "redis", "recorder"))
    assert found["observers"]["h1"]["ok"]
    assert "update the engine" in found["observers"]["h1"]["sources"]["engine"]["text"]
    assert "Cache-Control" in answer.headers


def test_not_ready_without_redis_and_it_says_so(db: None, no_bus: None) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "Redis or Valkey does not answer" in answer.json()["redis"]["text"]
    assert answer.json()["database"]["ok"]


def test_details_are_for_this_machine_or_who_sees_every_host(cast: dict[str, User], no_bus: None) -> None:
    outside = Client(**OUTSIDE)
    assert outside.get("/readyz").json() == {"status": "not ready"}
    assert "redis" in outside.get("/readyz", headers=bearer(cast["vera"])).json()
    assert "redis" not in outside.get("/readyz", headers=bearer(cast["tim"])).json()
    assert "redis" not in Client().get("/readyz", headers={"X-Forwarded-For": "192.0.2.1"}).json()


@pytest.mark.parametrize(("who", "expected"), [(None, 401), ("tim", 403), ("vera", 200)])
def test_figures_are_too(cast: dict[str, User], no_bus: None, who: str | None, expected: int) -> None:
    headers: Any = bearer(cast[who]) if who else {}
    assert Client(**OUTSIDE).get("/metrics", headers=headers).status_code == expected


def test_figures_tell_of_every_observer(db: None, bus: Valkey) -> None:
    report(bus, "h1", kernel="stale")
    text = Client().get("/metrics").content.decode()
    assert "netboard_ready 1.0" in text
    assert 'netboard_source_live{host="h1",source="engine"} 1.0' in text
    assert 'netboard_source_live{host="h1",source="kernel"} 0.0' in text
    assert 'netboard_part_up{part="recorder"} 0.0' in text
