"""What REST promises of operations and pools: previews, refusals, rights, repeats, audit."""

import csv
import io
import json
import secrets

import pytest
import requests
from docker.types import IPAMConfig, IPAMPool

from netboard.core import signing
from tests.support.site import HOST, Site, new_name
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]


def test_a_preview_shows_the_change_and_makes_none(board: Site) -> None:
    before = board.request("GET", "operations").json()["items"]
    body = {"kind": "network.create", "host": HOST, "spec": {"name": "soon", "subnet": "10.70.0.0/24"}}
    preview = board.request("POST", "operations/preview", "vera", json=body).json()
    assert not preview["refused"]
    assert [node["name"] for node in preview["upsert"]["nodes"]] == ["soon"]
    assert preview["commands"] == ["docker network create -d bridge --subnet 10.70.0.0/24 --gateway 10.70.0.1 soon"]
    assert "soon" in preview["compose"]
    assert board.made_networks() == {}
    assert board.request("GET", "operations").json()["items"] == before
    board.machine.network("theirs", subnet="10.70.0.0/25")
    board.on_board("theirs")
    preview = board.request("POST", "operations/preview", "vera", json=body).json()
    assert preview["refused"]
    [conflict] = [one for one in preview["conflicts"] if one["severity"] == "refuse"]
    assert (conflict["code"], conflict["field"]) == ("subnet_overlaps", "subnet")
    assert "theirs" in conflict["message"]


@pytest.mark.parametrize(
    "subnet",
    ["0.0.0.0/0", "::/0", "0.0.0.0/1", "127.0.0.0/8", "224.0.0.0/4", "10.0.0.1/24", "169.254.0.0/16", "fe80::/64"],
)
def test_ranges_that_nobody_may_have(board: Site, subnet: str) -> None:
    field = "subnet6" if ":" in subnet else "subnet"
    problem = board.refused("network.create", "ada", name="wide", **{field: subnet})
    assert problem["code"].startswith("subnet_") or problem["errors"][0]["code"].startswith("subnet_"), problem


def test_the_hosts_own_lan_is_nobodys(board: Site) -> None:
    board.machine.ip("link add lan0 type veth peer name lan1")
    try:
        board.machine.ip("addr add 10.71.0.5/24 dev lan0")
        board.machine.ip("link set lan0 up")
        board.on_board("lan0", "veth")
        for subnet in ("10.71.0.0/24", "10.71.0.0/25", "10.71.0.0/16"):
            assert board.refused("network.create", "ada", name="lan", subnet=subnet)["code"] == "subnet_host_route"
    finally:
        board.machine.ip("link del lan0")


def test_a_parent_that_another_macvlan_has(board: Site) -> None:
    plant = {"driver": "macvlan", "parent": "par0"}
    board.do("network.create", name="plant", subnet="192.168.58.0/24", **plant)
    problem = board.refused("network.create", name="second", subnet="192.168.59.0/24", **plant)
    assert problem["code"] == "parent_busy"
    assert "plant" in problem["detail"]


def test_who_may(board: Site) -> None:
    body = {"kind": "network.create", "host": HOST, "spec": {"name": new_name()}}
    assert board.request("POST", "operations", "vera", json=body).status_code == 403
    assert board.request("POST", "operations", json={**body, "host": "elsewhere"}).status_code == 404
    reading = board.web.token("otto", scope="read")
    assert board.request("POST", "operations", token=reading, json=body).status_code == 403
    assert board.request("POST", "operations/preview", token=reading, json=body).status_code == 200
    pool = {"name": new_name("pool"), "subnet": "10.200.0.0/16"}
    assert board.request("POST", "pools", json=pool).status_code == 403
    assert board.made_networks() == {}


def test_a_repeated_request_is_one_operation(board: Site) -> None:
    body = {"kind": "network.create", "host": HOST, "spec": {"name": new_name()}}
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    first = board.request("POST", "operations", json=body, headers=headers)
    again = board.request("POST", "operations", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == again.headers["Location"]
    board.check([first.json()["id"]])


def test_pools_are_cut_until_nothing_is_left(board: Site) -> None:
    name = new_name("pool")
    made = board.request(
        "POST",
        "pools",
        "ada",
        json={"name": name, "subnet": "10.210.0.0/29", "size": 30, "shortest": 29, "longest": 30},
    )
    assert made.status_code == 201, made.text
    pool = made.json()
    try:
        assert pool["usage"]["free"] == 2
        accepted = [board.submit("network.create", name=new_name(), pool=str(pool["id"]), size=30) for _ in range(2)]
        problem = board.refused("network.create", name=new_name(), pool=str(pool["id"]), size=30)
        assert problem["code"] == "no_free_subnet"
        assert {one["spec"]["subnet"] for one in accepted} == {"10.210.0.0/30", "10.210.0.4/30"}
        board.check([one["id"] for one in accepted])
        outside = board.submit("network.create", name=new_name(), subnet="10.211.0.0/24")
        assert [one["code"] for one in outside["conflicts"]] == ["subnet_outside_pools"]
        board.ended(outside["id"])
    finally:
        assert board.request("DELETE", f"pools/{pool['id']}", "ada").status_code == 204


def test_what_was_done_is_attributed_and_written_down(board: Site) -> None:
    name = new_name()
    done = board.do("network.create", name=name)
    board.machine.network(f"{name}-outside", subnet="10.72.0.0/24")
    board.on_board(f"{name}-outside")

    def causes() -> dict[str, dict[str, str]]:
        events = board.request("GET", "events?limit=200").json()["items"]
        return {e["name"]: e["cause"] for e in events if e["change"] == "appeared" and e["name"].startswith(name)}

    wait_until(lambda: len(causes()) == 2, seconds=60, what="both events")
    assert (causes()[name]["kind"], causes()[name]["id"]) == ("operation", done["id"])
    assert causes()[f"{name}-outside"]["kind"] == "outside"

    network = board.made_networks()
    board.machine.engine.remove_network(done["result"]["network"])
    found = wait_until(
        lambda: [
            one
            for one in board.request("GET", "differences?limit=200").json()["items"]
            if one["params"].get("name") == name
        ],
        seconds=60,
        what="the difference",
    )
    assert found[0]["code"] == "recorded_network_missing"
    assert done["result"]["network"] in network

    with board.web.sign_in("ada") as browser:
        exported = browser.get(f"{board.web.url}/audit/export/", timeout=120).text
    [line] = [one for one in csv.reader(io.StringIO(exported)) if done["id"] in one]
    assert {"otto", "operation.network.create", "127.0.0.1"} <= set(line)
    assert done["spec"]["subnet"] in exported


def test_hostile_names_and_a_forged_label_harm_nothing(board: Site) -> None:
    """Made with the engine's own interface: they are shown as they are, and nobody removes them."""
    done = board.do("network.create", name=new_name())
    hostile = ["<img src=x onerror=alert(1)>", "a\u202etxt.exe", "x" * 120]
    for number, name in enumerate(hostile):
        board.machine.engine.create_network(
            name,
            labels={"netboard.operation": done["id"], "netboard.owner": "ada"},
            ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=f"10.73.{number}.0/24")]),
        )
    board.on_board(hostile[2])
    other = board.do("network.create", name=new_name())
    board.do("network.delete", network=other["result"]["network"])
    assert set(hostile) <= set(board.made_networks().values())
    found = board.request("GET", "differences?limit=200").json()["items"]
    assert {one["params"]["name"] for one in found if one["code"] == "label_without_record"} >= {hostile[0]}


def test_cancelled_before_anybody_began(board: Site) -> None:
    board.kill("recorder")
    try:
        waiting = board.submit("network.create", name=new_name())
        outbox = requests.get(f"{board.web.url}/readyz", timeout=60).json()["outbox"]
        assert (outbox["ok"], outbox["detail"]["waiting"]) == (True, 1)
        assert outbox["age_s"] >= 0
        assert board.request("POST", f"operations/{waiting['id']}/cancel", "vera").status_code == 403
        answer = board.request("POST", f"operations/{waiting['id']}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    finally:
        board.start_recorder()
    later = board.do("network.create", name=new_name())
    assert set(board.made_networks()) == {later["result"]["network"]}
    assert board.request("POST", f"operations/{later['id']}/cancel").status_code == 409


def test_cancelled_while_it_waits_in_the_agents_queue(board: Site) -> None:
    """The wish holds for what was sent already, however late it is read."""
    board.kill("worker0")
    try:
        queue = signing.key_prefix(HOST) + signing.queue(HOST)
        waiting = board.submit("network.create", name=new_name())
        with board.valkey.client() as client:
            wait_until(lambda: client.llen(queue), seconds=60, what="it is sent")
        answer = board.request("POST", f"operations/{waiting['id']}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    finally:
        board.start_worker()
    later = board.do("network.create", name=waiting["subject"])
    assert set(board.made_networks()) == {later["result"]["network"]}
    assert board.operation(waiting["id"])["state"] == "cancelled"


def test_what_netboard_made_and_somebody_removed_can_be_made_again_at_once(board: Site) -> None:
    """What was promised to it is over once the host's log has told of it, though nothing shows it any more."""
    spec = {"name": new_name(), "subnet": "10.74.0.0/24"}
    done = board.do("network.create", **spec)
    board.on_board(spec["name"])
    board.machine.engine.remove_network(done["result"]["network"])
    wait_until(
        lambda: spec["name"] not in [node["name"] for node in board.graph()["nodes"]],
        seconds=60,
        what="it is off the board",
    )
    again = board.do("network.create", **spec)
    assert set(board.made_networks()) == {again["result"]["network"]}


def test_a_report_that_makes_no_sense_is_set_aside(board: Site) -> None:
    """The ones after it are taken in; what it was is kept for people."""
    done = board.do("network.create", name=new_name())
    report = {"host": HOST, "operation": done["id"], "token": 1, "at": "2026-13-32T00:00:00Z", "state": "done"}
    with board.valkey.client() as client:
        before = client.xlen("netboard:reports:aside")
        client.xadd("netboard:reports", {"r": b"no report"})
        client.xadd("netboard:reports", {"r": json.dumps({**report, "token": "one"})})
        client.xadd("netboard:reports", {"x": b"nothing"})
        later = board.do("network.create", name=new_name())
        kept = client.xrevrange("netboard:reports:aside", count=3)
        assert client.xlen("netboard:reports:aside") == before + 3
    outbox = requests.get(f"{board.web.url}/readyz", timeout=60).json()["outbox"]
    assert outbox["detail"]["set_aside"] == before + 3
    assert {fields[b"r"] for _, fields in kept if b"r" in fields} >= {b"no report"}
    assert all(fields[b"why"] for _, fields in kept)
    board.check([done["id"], later["id"]])
