"""Hosts: enrolment, what their observers say, rechecks, and what is left while Redis is away."""

import base64
import json
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from netboard.accounts.audit import COMMAND
from netboard.accounts.models import Scope, User
from netboard.core import signing
from netboard.hosts import services
from netboard.hosts.models import Host
from netboard.wiring import build
from tests.support.graphs import host_graph, status
from tests.support.people import bearer, signed_in
from tests.support.valkey import Valkey


def report(bus: Valkey, host: str, **sources: Any) -> None:
    """An observer begins its log and says how its sources are."""
    writer = build.log_writer(settings.NETBOARD, host)
    try:
        writer.begin(host_graph(host), status(host, **sources))
    finally:
        writer.close()


def get(person: User, path: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers=bearer(person))


def test_enrolment_gives_a_key_once(cast: dict[str, User], no_bus: None) -> None:
    browser = signed_in(cast["ada"])
    answer = browser.post("/hosts/", {"id": "h1", "title": "the first"})
    key = Host.objects.get(pk="h1").secret
    assert f"NETBOARD_HOST_KEY={key}" in answer.content.decode()
    assert key not in browser.get("/hosts/").content.decode()
    assert "has a key already" in browser.post("/hosts/", {"id": "h1"}).content.decode()
    browser.post("/hosts/", {"id": "h1", "again": "on"})
    assert Host.objects.get(pk="h1").secret != key
    browser.post("/hosts/h1/remove/")
    assert not Host.objects.exists()


def test_the_command_prints_the_key_alone_on_the_last_line(db: None) -> None:
    out = StringIO()
    call_command("enrol_host", "h1", stdout=out, stderr=StringIO())
    assert out.getvalue().splitlines()[-1] == Host.objects.get().secret
    with pytest.raises(CommandError, match="has a key already"):
        call_command("enrol_host", "h1")
    with pytest.raises(CommandError, match="at most 63"):
        call_command("enrol_host", "a.b")


def test_the_list_joins_rows_and_heartbeats(cast: dict[str, User], bus: Valkey) -> None:
    services.enrol(COMMAND, "h2", "the second")
    report(bus, "h1", engine="absent", code="engine_denied")
    items = {item["id"]: item for item in get(cast["vera"], "hosts").json()["items"]}
    assert items.keys() == {"h1", "h2"}
    assert (items["h1"]["live"], items["h1"]["enrolled"], items["h1"]["title"]) == (True, False, "H1")
    assert "group docker" in items["h1"]["sources"]["engine"]["text"]
    assert (items["h2"]["live"], items["h2"]["age_s"], items["h2"]["enrolled"]) == (False, None, True)


def test_who_sees_one_host_learns_of_no_other(cast: dict[str, User], bus: Valkey) -> None:
    for host in ("h1", "h2"):
        report(bus, host)
    assert [item["id"] for item in get(cast["tim"], "hosts").json()["items"]] == ["h1"]
    assert get(cast["tim"], "hosts/h1").status_code == 200
    hidden, absent = get(cast["tim"], "hosts/h2"), get(cast["tim"], "hosts/h9")
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_pages_of_a_list(cast: dict[str, User], no_bus: None) -> None:
    for number in range(5):
        Host.objects.create(pk=f"h{number}")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(cast["ada"], f"hosts?limit=2&cursor={cursor}").json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert found == ["h0", "h1", "h2", "h3", "h4"]


def test_a_recheck_is_signed_for_its_host_and_queued(cast: dict[str, User], bus: Valkey) -> None:
    key = services.enrol(COMMAND, "h1")
    answer = Client().post("/api/v1/hosts/h1/recheck", headers=bearer(cast["otto"], Scope.OPERATE))
    assert answer.status_code == 202
    with bus.client() as client:
        queued = client.lrange(signing.key_prefix("h1") + signing.queue("h1"), 0, -1)
    [message] = [json.loads(raw) for raw in queued]
    assert message["headers"]["task"] == signing.TASK
    [envelope] = json.loads(base64.b64decode(message["body"]))[0]
    assert signing.read(envelope, key, "h1")["verb"] == "recheck"


def test_a_recheck_of_a_host_without_key_or_without_redis(cast: dict[str, User], no_bus: None) -> None:
    Host.objects.create(pk="h1")
    answer = Client().post("/api/v1/hosts/h1/recheck", headers=bearer(cast["otto"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_enrolled")
    services.enrol(COMMAND, "h1")
    answer = Client().post("/api/v1/hosts/h1/recheck", headers=bearer(cast["otto"]))
    assert (answer.status_code, answer.json()["code"]) == (503, "bus_silent")


def test_life_signs_make_hosts_known(db: None) -> None:
    services.seen("h1", "one")
    services.seen("h1", "renamed")
    services.seen("h1")
    row = Host.objects.get()
    assert (row.title, row.secret, row.seen is not None) == ("renamed", "", True)


def test_the_embedded_agent_s_key_is_adopted(db: None) -> None:
    services.adopt("h1", "one", "key")
    services.adopt("h1", "one", "key")
    assert Host.objects.get().secret == "key"
