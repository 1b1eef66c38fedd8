"""Each command of a common tutorial, over REST, with what the command line makes.

lan: 192.168.58.1, beyond it 10.99.0.1 ── par1 ═ par0 ── plant (macvlan) ── probe .200
gg 192.168.2.0/24 ── web (80 → 8080 of the host)
"""

from typing import Any

import pytest

from tests.lab.machine import IMAGE
from tests.support.site import Site
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]


def run(board: Site, name: str, network: str, **spec: Any) -> dict[str, Any]:
    return board.do("container.run", name=name, image=IMAGE, network=network, **{"command": ["sleep", "86400"], **spec})


def test_the_tutorial(board: Site) -> None:
    machine = board.machine
    made = board.do(
        "network.create",
        name="plant",
        driver="macvlan",
        subnet="192.168.58.0/24",
        gateway="192.168.58.1",
        parent="par0",
    )
    network = machine.engine.inspect_network(made["result"]["network"])
    assert (network["Driver"], network["Options"]["parent"]) == ("macvlan", "par0")
    assert network["IPAM"]["Config"] == [{"Subnet": "192.168.58.0/24", "Gateway": "192.168.58.1"}]
    probe = run(board, "probe", "plant", address="192.168.58.200")
    assert probe["result"]["addresses"] == ["192.168.58.200"]
    for target in ("192.168.58.1", "10.99.0.1"):
        machine.docker("exec", "probe", "ping", "-c", "1", "-W", "20", target)

    board.do("network.create", name="gg", subnet="192.168.2.0/24", gateway="192.168.2.1")
    ports = [{"host_ip": "", "host_port": 8080, "container_port": 80, "protocol": "tcp"}]
    web = run(board, "web", "gg", ports=ports, command=["httpd", "-f", "-h", "/etc"])
    [address] = web["result"]["addresses"]
    machine.run(["ping", "-c", "1", "-W", "20", address])
    wait_until(
        lambda: (
            "hostname" in machine.run(["curl", "-s", "http://127.0.0.1:8080/hostname", "-o", "-", "-w", "hostname"])
        ),
        seconds=60,
        what="the published port answers",
    )
    shown = board.request("GET", f"networks/{board.on_board('gg')['id']}").json()
    assert shown["facts"]["subnets"][0]["subnet"] == "192.168.2.0/24"

    run(board, "bare", "none")
    run(board, "open", "host")
    modes = {n: machine.engine.inspect_container(n)["HostConfig"]["NetworkMode"] for n in ("bare", "open")}
    assert modes == {"bare": "none", "open": "host"}

    back = board.do("network.create", name="back", internal=True)
    board.on_board("web", "container")
    board.do("network.connect", network="back", container="web", aliases=["shop"])
    changed = board.do("network.recreate", network="back", mtu=1400)
    assert changed["result"]["network"] != back["result"]["network"]
    joined = machine.engine.inspect_container("web")["NetworkSettings"]["Networks"]["back"]
    assert "shop" in joined["Aliases"]
    board.do("network.disconnect", network="back", container="web")

    problem = board.refused("network.delete", network="gg")
    assert problem["code"] == "network_in_use"
    assert "web" in problem["detail"]
    board.do("container.remove", container="web")
    board.do("network.delete", network="gg")
    board.do("network.delete", network="back")
    assert set(board.made_networks().values()) == {"plant"}


def test_what_fails_on_the_engine_is_undone_and_told(board: Site) -> None:
    failed = board.ended(board.submit("container.run", name="ghost", image="nowhere/nothing:1", network="bridge")["id"])
    assert (failed["state"], failed["error"]["code"]) == ("failed", "image_missing")
    assert "nowhere/nothing:1" in failed["error"]["message"]
    assert [step["state"] for step in failed["steps"]] == ["failed", "skipped", "skipped", "skipped"]
    problem = board.refused("network.create", name="builtin", driver="host")
    assert problem["code"] == "driver_builtin_host"


def test_drivers_that_the_kernel_lacks_leave_nothing(board: Site) -> None:
    ended = board.ended(
        board.submit("network.create", name="iv", driver="ipvlan", subnet="10.120.0.0/24", parent="par0")["id"]
    )
    if ended["state"] == "done":
        pytest.skip("this kernel has ipvlan")
    assert ended["state"] == "rolled_back"
    assert "not supported" in ended["error"]["message"]
    assert board.made_networks() == {}
