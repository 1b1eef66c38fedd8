"""What REST promises of sweeps: what may be swept, by whom, how often, and what a refusal says."""

import time
import tracemalloc
from typing import Any

import pytest

from netboard.accounts.models import AuditEntry, User
from netboard.hosts.models import Host
from netboard.probes.models import Sweep
from tests.probes.sweeps.conftest import BIG, KEYS, LAN, NET0

pytestmark = [pytest.mark.process, pytest.mark.django_db]


def test_a_network_is_swept_by_name_id_or_range(rest: Any) -> None:
    for body in ({"network": "net0"}, {"network": NET0}, {"network": f"h1.w.{NET0[:16]}"}, {"cidr": "10.0.0.0/24"}):
        Sweep.objects.all().delete()
        answer = rest("post", "sweeps", {"host": "h1", **body})
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert (told["state"], told["network"], told["cidr"], told["from"]) == ("planned", NET0, "10.0.0.0/24", None)
        assert told["progress"] == {"asked": 0, "total": 256, "alive": 0, "share": 0.0}
        assert rest("get", answer["Location"].removeprefix("/api/v1/"), person="vera").json()["results"] == []
        row = Sweep.objects.get(pk=told["id"])
        assert [(each["address"], each["kind"], each["name"]) for each in row.known] == [
            ("10.0.0.1", "gateway", "net0"),
            *((f"10.0.0.{number + 2}", "endpoint", f"c{number}") for number in range(4)),
        ]
        entry = AuditEntry.objects.get(object=told["id"])
        assert (entry.action, entry.name, entry.detail["cidr"]) == ("sweep", "otto", "10.0.0.0/24")


def test_from_inside_a_container_with_ports(rest: Any) -> None:
    body = {"host": "h1", "cidr": "10.0.0.0/28", "from": {"container": "c0"}, "ports": [443, 80], "methods": ["arp"]}
    told = rest("post", "sweeps", body).json()
    assert told["from"] == {"container": KEYS[0], "name": "c0"}
    assert (told["ports"], told["methods"]) == ([80, 443], ["arp"])
    stopped = rest("post", "sweeps", {**body, "from": {"container": "c3"}})
    assert (stopped.status_code, stopped.json()["code"]) == (409, "source_stopped")
    by_lan = rest(
        "post", "sweeps", {"host": "h1", "network": "big", "cidr": "10.8.0.0/24", "from": {"container": "c1"}}
    )
    assert (by_lan.status_code, by_lan.json()["code"]) == (409, "source_reaches_out")


@pytest.mark.parametrize(
    ("cidr", "code"),
    [
        ("0.0.0.0/0", "range_too_large"),
        ("::/0", "range_special"),
        ("0.0.0.0/1", "range_too_large"),
        ("127.0.0.0/24", "range_special"),
        ("224.0.0.0/24", "range_special"),
        ("10.8.0.0/15", "range_too_large"),
        ("10.0.0.7/24", "range_host_bits"),
        ("8.8.8.0/24", "range_outside"),
        ("10.0.0.0/23", "range_outside"),
        ("192.168.7.0/24", "network_not_opened"),
        ("192.168.0.0/16", "network_not_opened"),
        ("nonsense", "range_invalid"),
    ],
)
def test_what_may_not_be_swept_is_refused_with_the_reason(rest: Any, cidr: str, code: str) -> None:
    answer = rest("post", "sweeps", {"host": "h1", "cidr": cidr})
    assert (answer.status_code, answer["Content-Type"]) in (
        (409, "application/problem+json"),
        (422, answer["Content-Type"]),
    )
    assert answer.json()["code"] == code
    assert answer.json()["detail"]
    assert not Sweep.objects.exists()


def test_a_refusal_costs_no_memory_and_no_enumeration(h1: Host, rest: Any) -> None:
    from netboard.accounts.access import EVERYTHING
    from netboard.core.errors import NetboardError
    from netboard.probes import services

    def refuse() -> None:
        for cidr in ("0.0.0.0/0", "::/0", "10.0.0.0/8", "8.0.0.0/16", "fd00::/8"):
            with pytest.raises(NetboardError):
                services.judge(EVERYTHING, services.Wanted(host="h1", cidr=cidr))

    refuse()
    tracemalloc.start()
    begun = time.process_time()
    for _ in range(20):
        refuse()
    spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert spent / 100 < 0.05, "CPU seconds of one refusal"


def test_what_reaches_beyond_the_machine_is_opened_by_an_administrator(rest: Any) -> None:
    body = {"host": "h1", "network": "lan"}
    assert rest("post", "sweeps", body).json()["code"] == "network_not_opened"
    assert rest("post", "opened-ranges", body).status_code == 403
    assert rest("post", "opened-ranges", {"host": "h1", "network": "net0"}, "ada").json()["code"] == "nothing_to_open"
    opened = rest("post", "opened-ranges", {**body, "reason": "the lab's own"}, "ada")
    assert opened.status_code == 201, opened.content
    assert rest("post", "opened-ranges", body, "ada").json()["code"] == "opened_already"
    told = rest("post", "sweeps", body).json()
    assert (told["network"], told["from"]["name"]) == (LAN, "c1"), "the host does not reach a macvlan's children"
    wide = {"host": "h1", "cidr": "203.0.113.0/24"}
    assert rest("post", "sweeps", wide).json()["code"] == "range_outside"
    assert rest("post", "opened-ranges", wide, "ada").status_code == 201
    assert rest("post", "sweeps", wide).json()["network"] is None
    assert rest("delete", f"opened-ranges/{opened.json()['id']}", person="ada").status_code == 204
    assert rest("post", "sweeps", body).json()["code"] == "network_not_opened"
    actions = AuditEntry.objects.filter(action__startswith="sweeps.").order_by("pk").values_list("action", "name")
    assert list(actions) == [("sweeps.open", "ada"), ("sweeps.open", "ada"), ("sweeps.close", "ada")]


def test_a_pool_may_be_swept(rest: Any) -> None:
    pool = {"name": "spare", "subnet": "10.200.0.0/16", "host": "h1"}
    assert rest("post", "pools", pool, "ada").status_code == 201
    assert rest("post", "sweeps", {"host": "h1", "cidr": "10.200.3.0/24"}).status_code == 201
    assert rest("post", "sweeps", {"host": "h1", "cidr": "10.201.3.0/24"}).json()["code"] == "range_outside"


def test_too_many_questions_and_nonsense_in_fields(rest: Any) -> None:
    for body, field in (
        ({"network": "net0", "ports": [0]}, "ports"),
        ({"network": "net0", "methods": ["smoke"]}, "methods"),
        ({"network": "net0", "cidr": "10.8.0.0/24"}, "cidr"),
        ({}, "network"),
    ):
        answer = rest("post", "sweeps", {"host": "h1", **body})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    many = {"host": "h1", "network": BIG, "cidr": "10.8.0.0/16", "ports": list(range(1, 60))}
    assert rest("post", "sweeps", many).json()["code"] == "sweep_too_large"
    assert rest("post", "sweeps", {"host": "h1", "network": "none such"}).status_code == 404
    assert rest("post", "sweeps", {"host": "h9", "network": "net0"}).status_code == 404


def test_quotas_are_per_person(rest: Any) -> None:
    body = {"host": "h1", "network": "net0"}
    quota = {"person": "otto", "per_hour": 3, "at_once": 1}
    assert rest("post", "sweep-quotas", quota, "ada").json() == quota
    first = rest("post", "sweeps", body).json()["id"]
    refused = rest("post", "sweeps", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "sweeps_at_once")
    assert rest("post", "sweeps", body, "ada").status_code == 201, "another person's are not counted"
    assert rest("post", f"sweeps/{first}/cancel").json()["state"] == "cancelled"
    for _ in range(2):
        again = rest("post", "sweeps", body).json()["id"]
        assert rest("post", f"sweeps/{again}/cancel").status_code == 200
    assert rest("post", "sweeps", body).json()["code"] == "sweeps_per_hour"
    assert rest("get", "sweep-quotas", person="ada").json()["items"] == [quota]
    assert rest("post", "sweep-quotas", {"person": "otto"}, "ada").json()["at_once"] == 4
    assert rest("post", "sweeps", body).status_code == 201


def test_a_repeated_request_is_one_sweep(rest: Any) -> None:
    body = {"host": "h1", "network": "net0"}
    first = rest("post", "sweeps", body, **{"Idempotency-Key": "once"})
    second = rest("post", "sweeps", body, **{"Idempotency-Key": "once"})
    assert (first.json()["id"], second["Location"]) == (second.json()["id"], first["Location"])
    assert Sweep.objects.count() == 1


def test_only_hosts_in_view(rest: Any, cast: dict[str, User]) -> None:
    sweep = rest("post", "sweeps", {"host": "h1", "network": "net0"}).json()["id"]
    team = cast["tim"].teams.get()
    assert rest("get", f"sweeps/{sweep}", person="tim").status_code == 200
    team.hosts = ["h2"]
    team.save()
    assert rest("get", f"sweeps/{sweep}", person="tim").status_code == 404
    assert rest("get", "sweeps", person="tim").json()["items"] == []
    cast["otto"].teams.add(team)
    assert rest("post", "sweeps", {"host": "h1", "network": "net0"}).json()["code"] == "host_missing"
    assert rest("post", f"sweeps/{sweep}/cancel").status_code == 404


def test_lists_are_paged_and_filtered(rest: Any) -> None:
    made = [rest("post", "sweeps", {"host": "h1", "network": "net0"}, "ada").json()["id"] for _ in range(3)]
    rest("post", f"sweeps/{made[0]}/cancel")
    page = rest("get", "sweeps?limit=2").json()
    assert [each["id"] for each in page["items"]] == [made[2], made[1]]
    rest_of = rest("get", f"sweeps?limit=2&cursor={page['next']}").json()
    assert ([each["id"] for each in rest_of["items"]], rest_of["next"]) == ([made[0]], None)
    assert [each["id"] for each in rest("get", "sweeps?state=cancelled").json()["items"]] == [made[0]]
    assert rest("get", "sweeps?host=h2").json()["items"] == []
