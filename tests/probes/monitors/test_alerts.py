"""From incidents to alerts: one cause is one alert; who is told, who is not, and what a webhook may reach."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from netboard.accounts.models import AuditEntry, Scope, User
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.hosts.models import Host
from netboard.probes.monitors import alerts
from netboard.probes.monitors.delivery import Messenger
from netboard.probes.monitors.models import Alert, Channel, Delivery, Incident, Kind, Monitor
from tests.probes.monitors.conftest import KEYS, graph_of, told
from tests.support.graphs import status
from tests.support.people import bearer, signed_in

pytestmark = pytest.mark.django_db


def turn() -> None:
    """What the keeper does once the incidents have waited for others."""
    Incident.objects.filter(alert=None).update(opened=timezone.now() - timedelta(minutes=5))
    alerts.turn()


@pytest.fixture
def dead_bridge(default: Monitor, writer: RedisLogWriter) -> Monitor:
    """Forty containers whose bridge is down."""
    writer.begin(graph_of(40, bridge_up=False), status("h1"))
    told(default, "ooo", KEYS)
    told(default, "xxx", KEYS)
    return default


def test_one_dead_bridge_is_one_alert_that_names_its_forty_containers(
    dead_bridge: Monitor, cast: dict[str, User]
) -> None:
    alerts.turn()
    [alert] = Alert.objects.all()
    assert (alert.cause, alert.thing, alert.evidence) == ("network", "h1.w.net0", "bridge_down")
    answer = Client().get(f"/api/v1/alerts/{alert.pk}", headers=bearer(cast["vera"])).json()
    assert sorted(one["name"] for one in answer["members"]) == sorted(f"c{number}" for number in range(40))
    told(dead_bridge, "ooooo", KEYS)
    alerts.turn()
    alert.refresh_from_db()
    assert alert.closed is not None


def test_all_silent_on_a_network_is_its_alert_and_one_container_is_its_own(default: Monitor, single: Monitor) -> None:
    told(default, "oooxxx", KEYS[:1])
    told(default, "oooooo", KEYS[1:3])
    told(single, "oooooo")
    alerts.turn()
    assert Alert.objects.count() == 0, "it waits for others first"
    turn()
    assert [(one.cause, one.name) for one in Alert.objects.all()] == [("monitor", "c0")]
    told(default, "xxx", KEYS[1:3])
    turn()
    assert [one.cause for one in Alert.objects.order_by("pk")] == ["monitor", "network"]
    assert Alert.objects.get(cause="network").incidents.count() == 2


def test_who_acknowledged_and_what_is_silenced_is_told_nobody(single: Monitor, cast: dict[str, User]) -> None:
    Channel.objects.create(name="team", kind="email", target="team@example.org")
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    body = {"host": "h1", "until": soon, "monitor": single.pk, "reason": "works"}
    client, otto = Client(), bearer(cast["otto"])
    made = client.post("/api/v1/silences", body, content_type="application/json", headers=otto)
    assert made.status_code == 201, made.content
    told(single, "oooxxx")
    turn()
    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 0)
    assert client.delete(f"/api/v1/silences/{made.json()['id']}", headers=otto).status_code == 204
    [alert] = Alert.objects.all()
    path = f"/api/v1/alerts/{alert.pk}/acknowledge"
    answer = client.post(path, {"note": "mine"}, content_type="application/json", headers=otto)
    assert (answer.status_code, answer.json()["acknowledged_by"], answer.json()["note"]) == (200, "otto", "mine")
    again = client.post(path, {}, content_type="application/json", headers=otto)
    assert (again.status_code, again.json()["code"]) == (409, "acknowledged")
    turn()
    assert Delivery.objects.count() == 0
    assert {"silence.create", "silence.delete", "alert.acknowledge"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_nobody_sees_alerts_of_hosts_that_are_not_theirs(single: Monitor, cast: dict[str, User]) -> None:
    Monitor.objects.filter(pk=single.pk).update(host="h2")
    Host.objects.create(pk="h2")
    single.refresh_from_db()
    told(single, "oooxxx")
    turn()
    alert = Alert.objects.get()
    for person, found in (("vera", 1), ("tim", 0)):
        for path in ("alerts", "monitors"):
            items = Client().get(f"/api/v1/{path}", headers=bearer(cast[person])).json()["items"]
            assert len(items) == found, (person, path)
        status_ = Client().get(f"/api/v1/alerts/{alert.pk}", headers=bearer(cast[person])).status_code
        assert status_ == (200 if found else 404)
        for page in (f"/alerts/{alert.pk}/", f"/monitors/{single.pk}/", f"/monitors/{single.pk}/export/"):
            assert signed_in(cast[person]).get(page).status_code == (200 if found else 404)


def test_an_alert_and_its_end_come_by_mail(single: Monitor, settings: Settings) -> None:
    settings.NETBOARD = settings.NETBOARD.model_copy(
        update={"mail_url": "smtp://mail.example", "mail_from": "nb@example.org"}
    )
    Channel.objects.create(name="team", kind="email", target="team@example.org")
    Channel.objects.create(name="others", kind="email", target="others@example.org", hosts=["h2"])
    told(single, "oooxxx")
    turn()
    messenger = Messenger()
    messenger.turn()
    told(single, "ooooo")
    turn()
    messenger.turn()
    messenger.turn()
    assert [(one.to, "Over" in one.subject) for one in mail.outbox] == [
        (["team@example.org"], False),
        (["team@example.org"], True),
    ]
    assert "10.0.0.1 on h1" in mail.outbox[0].subject


class Receiver:
    """A web server that answers what it is told to, and keeps what came."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.came: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((dict(self.headers), body))
                status_, headers = outer.answers.pop(0) if outer.answers else (200, {})
                self.send_response(status_)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def retry(messenger: Messenger) -> None:
    """Let the pause before the next attempt be over."""
    Delivery.objects.exclude(due=None).update(due=timezone.now())
    messenger.turn()


def test_a_webhook_is_signed_sent_again_and_never_redirected(
    single: Monitor, cast: dict[str, User], receiver: Receiver
) -> None:
    body = {"name": "pager", "kind": "webhook", "target": receiver.url}
    made = Client().post("/api/v1/channels", body, content_type="application/json", headers=bearer(cast["ada"]))
    secret = made.json()["secret"]
    assert len(secret) >= 32
    listed = Client().get("/api/v1/channels", headers=bearer(cast["ada"])).json()["items"]
    assert [one["secret"] for one in listed] == [None]
    told(single, "oooxxx")
    turn()
    receiver.answers = [(503, {}), (302, {"Location": "http://169.254.169.254/latest"}), (204, {})]
    messenger = Messenger()
    messenger.turn()
    [one] = Delivery.objects.all()
    assert (one.attempts, one.arrived) == (1, None)
    assert Delivery.objects.filter(due__gt=timezone.now()).exists(), "it waits before it tries again"
    messenger.turn()
    assert len(receiver.came) == 1
    retry(messenger)
    one.refresh_from_db()
    assert (one.error, one.arrived) == ("It answers 302.", None)
    retry(messenger)
    one.refresh_from_db()
    assert (one.arrived is None, one.due) == (False, None)
    headers, sent = receiver.came[-1]
    expected = hmac.new(secret.encode(), headers["X-Netboard-Timestamp"].encode() + b"." + sent, hashlib.sha256)
    assert headers["X-Netboard-Signature"] == f"sha256={expected.hexdigest()}"
    said = json.loads(sent)
    assert (said["event"], said["count"], said["members"][0]["state"]) == ("alert.opened", 1, "down")


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "http://[fe80::1%25lo]/", "http://0.0.0.0/", "http://224.0.0.1/"]
)
def test_a_webhook_reaches_no_address_that_is_none_of_a_service(single: Monitor, h1: Host, target: str) -> None:
    Channel.objects.create(name="odd", kind="webhook", target=target, secret="s")
    told(single, "oooxxx")
    turn()
    Messenger().turn()
    [one] = Delivery.objects.all()
    assert one.arrived is None
    assert "no address of a service" in one.error or "does not answer" in one.error


@pytest.mark.parametrize(
    "target", ["ftp://x/", "http://user:pw@x/", "http:///x", "https://x:99999/", "javascript:alert(1)"]
)
def test_only_urls_are_webhooks(cast: dict[str, User], target: str) -> None:
    body = {"name": "odd", "kind": "webhook", "target": target}
    answer = Client().post("/api/v1/channels", body, content_type="application/json", headers=bearer(cast["ada"]))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "target")


def test_only_administrators_say_where_to(cast: dict[str, User]) -> None:
    body = {"name": "odd", "kind": "email", "target": "a@example.org"}
    for headers in (bearer(cast["otto"]), bearer(cast["ada"], Scope.OPERATE)):
        answer = Client().post("/api/v1/channels", body, content_type="application/json", headers=headers)
        assert answer.status_code == 403
    assert signed_in(cast["otto"]).get("/alerts/channels/").status_code == 403


def test_every_enrolled_host_has_one_default_monitor_that_stays(default: Monitor, cast: dict[str, User]) -> None:
    from netboard.probes.monitors import keeper

    keeper.ensure_defaults()
    assert Monitor.objects.filter(kind=Kind.GATEWAYS).count() == 1
    otto = bearer(cast["otto"])
    answer = Client().delete(f"/api/v1/monitors/{default.pk}", headers=otto)
    assert (answer.status_code, answer.json()["code"]) == (409, "default_monitor")
    told(default, "oooxxx", KEYS[:1])
    off = Client().patch(
        f"/api/v1/monitors/{default.pk}", {"enabled": False}, content_type="application/json", headers=otto
    )
    assert (off.status_code, off.json()["enabled"]) == (200, False)
    assert Incident.objects.filter(closed=None).count() == 0
