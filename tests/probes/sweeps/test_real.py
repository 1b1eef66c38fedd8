"""Sweeps over REST on a real engine: who answers, who should and does not, who answers although nobody knows them.

[Site: web, recorder, observer, prober] ── machine ── net (bridge) ── plain, paused, gone (stopped), deaf (filtered)
                                                            └── a stranger, and a second owner of an address (veths)
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.site import HOST, Site, new_name
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]
SUBNET = "10.66.7.0/24"


@pytest.fixture(scope="module")
def swept(site: Site) -> Iterator[Site]:
    """The site with its prober."""
    site.clear()
    site.start_prober()
    yield site
    site.kill("prober")


@pytest.fixture
def board(swept: Site) -> Iterator[Site]:
    """The same, with an empty engine; what a test makes is removed."""
    yield swept
    swept.clear()


def sweep(board: Site, **body: Any) -> dict[str, Any]:
    """Ask for a sweep, which has to be accepted."""
    answer = board.request("POST", "sweeps", json={"host": HOST, **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def look(board: Site, sweep_id: str) -> dict[str, Any]:
    """How it stands."""
    found: dict[str, Any] = board.request("GET", f"sweeps/{sweep_id}").json()
    return found


def ended(board: Site, sweep_id: str) -> dict[str, Any]:
    """Wait for its end."""
    return (
        wait_until(
            lambda: (found := look(board, sweep_id))["state"] in ("done", "failed", "cancelled") and found,
            seconds=90,
            what=f"the sweep ends; the prober's log:\n{board.log('prober')[-3000:]}",
        )
        or {}
    )


def neighbour(board: Site, bridge: str, name: str, address: str) -> None:
    """Somebody on a bridge whom the engine does not know: a namespace of its own with an address."""
    machine = board.machine
    machine.ip(f"netns add {name}")
    machine.ip(f"link add {name} type veth peer name eth0 netns {name}")
    machine.ip(f"link set {name} master {bridge} up")
    machine.ip(f"addr add {address} dev eth0", name)
    machine.ip("link set eth0 up", name)


def test_who_answers_who_is_silent_and_why(board: Site) -> None:
    machine = board.machine
    network = machine.network("seen", subnet=SUBNET)
    names = ("plain", "paused", "gone", "deaf", "twin")
    ids = dict(zip(names, machine.containers([(name, "seen") for name in names]), strict=True))
    found = {name: machine.engine.inspect_container(one)["NetworkSettings"] for name, one in ids.items()}
    addresses = {name: found[name]["Networks"]["seen"]["IPAddress"] for name in names}
    bridge = f"br-{network[:12]}"
    for number, (name, address) in enumerate((("odd", "10.66.7.200"), ("clash", addresses["twin"]))):
        neighbour(board, bridge, f"{name}{number}", f"{address}/24")
    try:
        machine.engine.pause(ids["paused"])
        machine.run(
            ["nsenter", "-t", str(machine.pid_of(ids["deaf"])), "-n", "ip", "link", "set", "eth0", "arp", "off"]
        )
        for name in names:
            board.on_board(name, "container")
        machine.engine.stop(ids["gone"], timeout=0)
        told = ended(board, sweep(board, network="seen")["id"])
        assert (told["state"], told["error"]) == ("done", None), board.log("prober")[-3000:]
        rows = {row["address"]: row for row in told["results"]}
        kinds = {address: row["kind"] for address, row in rows.items() if row["alive"]}
        assert kinds == {
            "10.66.7.1": "gateway",
            addresses["plain"]: "endpoint",
            addresses["paused"]: "endpoint",
            addresses["twin"]: kinds[addresses["twin"]],
            "10.66.7.200": "stranger",
        }
        assert rows[addresses["plain"]]["container"] == ids["plain"]
        assert rows[addresses["plain"]]["rtt_us"] > 0
        assert rows[addresses["paused"]]["code"] == "paused"
        assert len(rows[addresses["twin"]]["macs"]) == 2
        assert rows[addresses["twin"]]["code"] == "conflict"
        deaf = rows[addresses["deaf"]]
        assert (deaf["alive"], deaf["kind"], deaf["container"]) == (False, "silent", ids["deaf"])
        assert deaf["explanation"]
        assert told["progress"] == {"asked": 256, "total": 256, "alive": 5, "share": 1.0}
    finally:
        machine.engine.unpause(ids["paused"])
        for number, name in enumerate(("odd", "clash")):
            machine.ip(f"netns del {name}{number}")


def test_from_inside_a_container_with_a_port(board: Site) -> None:
    machine = board.machine
    machine.network("inner", subnet=SUBNET)
    asker, _ = machine.containers([("asker", "inner"), ("served", "inner")])
    served = machine.engine.inspect_container("served")["NetworkSettings"]["Networks"]["inner"]["IPAddress"]
    machine.engine.exec_start(machine.engine.exec_create("served", "httpd -p 80")["Id"])
    for name in ("asker", "served"):
        board.on_board(name, "container")
    told = ended(board, sweep(board, network="inner", ports=[80], **{"from": {"container": asker}})["id"])
    rows = {row["address"]: row for row in told["results"]}
    assert (told["state"], rows[served]["alive"], rows[served]["ports"]) == ("done", True, {"80": "open"})
    assert rows["10.66.7.1"]["kind"] == "gateway"


def test_a_worker_killed_mid_sweep_and_a_cancelled_one(board: Site) -> None:
    name = new_name("large")
    board.machine.network(name, subnet="10.67.0.0/16")
    board.on_board(name)
    first = sweep(board, network=name, methods=["icmp"])["id"]
    wait_until(lambda: look(board, first)["progress"]["asked"] > 0, seconds=60, what="it is under way")
    board.kill("prober")
    board.start_prober()
    told = ended(board, first)
    assert told["state"] in ("done", "failed")
    go_on = board.pause("prober")
    try:
        second = sweep(board, network=name)["id"]
        assert board.request("POST", f"sweeps/{second}/cancel").status_code == 200
        assert ended(board, second)["state"] == "cancelled", "without the agent"
    finally:
        go_on()
    third = sweep(board, network=name, cidr="10.67.1.0/24")["id"]
    assert ended(board, third)["state"] == "done"
    assert look(board, second)["progress"]["asked"] == 0, "nobody began it later"
