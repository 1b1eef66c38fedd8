"""Networks made, found again, undone and removed on a real engine and kernel."""

import secrets
from typing import Any

import pytest

from tests.agent.operations.conftest import Agent

pytestmark = pytest.mark.engine

PLAIN: dict[str, Any] = {"name": "gg", "subnet": "192.168.2.0/24", "gateway": "192.168.2.1"}
PLANT: dict[str, Any] = {
    "name": "plant",
    "driver": "macvlan",
    "subnet": "192.168.68.0/24",
    "gateway": "192.168.68.1",
    "parent": "sub0",
    "mode": "bridge",
}


def alike(one: dict[str, Any]) -> dict[str, Any]:
    """An inspected network without what no two have in common."""
    kept = {key: value for key, value in one.items() if key not in ("Id", "Created", "Labels", "Name")}
    # The command line names the default mode of a macvlan nowhere, netboard does.
    kept["Options"] = {key: value for key, value in kept["Options"].items() if key != "macvlan_mode"}
    return kept


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (PLAIN, "-d bridge --subnet 192.168.2.0/24 --gateway 192.168.2.1"),
        (
            {**PLAIN, "internal": True, "mtu": 1400, "isolated": True, "bridge": "br-own"},
            "-d bridge --subnet 192.168.2.0/24 --gateway 192.168.2.1 --internal -o com.docker.network.driver.mtu=1400 "
            "-o com.docker.network.bridge.enable_icc=false -o com.docker.network.bridge.name=br-own",
        ),
        (
            {**PLAIN, "ip_range": "192.168.2.128/25", "ipv6": True, "subnet6": "fd00:2::/64", "gateway6": "fd00:2::1"},
            "-d bridge --subnet 192.168.2.0/24 --gateway 192.168.2.1 --ip-range 192.168.2.128/25 --ipv6 "
            "--subnet fd00:2::/64 --gateway fd00:2::1",
        ),
        (PLANT, "-d macvlan --subnet 192.168.68.0/24 --gateway 192.168.68.1 -o parent=sub0"),
    ],
    ids=["a plain bridge", "a bridge with every setting", "a bridge with range and IPv6", "a macvlan"],
)
def test_a_network_is_what_the_command_line_makes(agent: Agent, spec: dict[str, Any], words: str) -> None:
    told = agent.deliver("network.create", **spec)
    assert told.ended == "done", told.reports
    made = agent.network(spec["name"])
    assert told.recorded == {"network": made["Id"]}
    assert made["Labels"]["netboard.owner"] == "ada"
    agent.machine.engine.remove_network(made["Id"])
    agent.machine.docker("network", "create", *words.split(), "by-hand")
    assert alike(made) == alike(agent.network("by-hand"))


def test_what_was_looked_at_afterwards_is_told(agent: Agent) -> None:
    told = agent.deliver("network.create", **PLAIN)
    assert {"verified_engine", "verified_device", "verified_nat", "verified_arp"} <= set(told.phrases)
    told = agent.deliver("network.create", **PLANT)
    assert {"verified_engine", "verified_child"} <= set(told.phrases)
    assert "gateway_silent" not in told.phrases
    silent = agent.deliver("network.delete", network=agent.network("plant")["Id"])
    assert silent.ended == "done"
    told = agent.deliver("network.create", **{**PLANT, "gateway": "192.168.68.77"})
    assert told.ended == "done"
    assert "gateway_silent" in told.phrases


@pytest.mark.parametrize("cut", ["check:done", "recorded", "create:done", "verify:done", "state:done"])
def test_cut_off_anywhere_the_next_delivery_ends_with_one_network(agent: Agent, cut: str) -> None:
    """Nothing of the first delivery is handed on: as after the bus was lost."""
    operation = secrets.token_hex(10)
    first = agent.deliver("network.create", operation, cut=cut, **PLAIN)
    assert first.ended == "cut"
    second = agent.deliver("network.create", operation, token=2, **PLAIN)
    assert second.ended == "done"
    assert agent.networks() == {"gg"}
    assert second.recorded["network"] == agent.network("gg")["Id"]
    agent.clear()
    # Both copies of it arrive once more, later: nothing is made again.
    assert agent.deliver("network.create", operation, token=1, **PLAIN).ended is None
    assert agent.deliver("network.create", operation, token=2, **PLAIN).ended is None
    assert agent.networks() == set()


def test_a_kernel_that_refuses_ipvlan_is_heard_and_the_network_taken_back(agent: Agent) -> None:
    told = agent.deliver("network.create", name="iv", driver="ipvlan", subnet="10.120.0.0/24", parent="sub0", mode="l2")
    if told.ended == "done":
        pytest.skip("this kernel has ipvlan")
    assert told.ended == "rolled_back"
    assert told.error["code"] == "verify_child_refused"
    assert told.error["params"]["kernel"] == "Operation not supported"
    assert agent.networks() == set()


def test_what_the_engine_or_the_agent_refuses_makes_nothing(agent: Agent) -> None:
    agent.machine.network("theirs", subnet="10.60.0.0/24")
    refused: dict[str, dict[str, Any]] = {
        "engine_name_taken": {**PLAIN, "name": "theirs"},
        "engine_pool_overlaps": {**PLAIN, "subnet": "10.60.0.0/25", "gateway": "10.60.0.1"},
        "parent_missing": {**PLANT, "parent": "nowhere0"},
    }
    for code, spec in refused.items():
        told = agent.deliver("network.create", **spec)
        assert (told.ended, told.error["code"]) == ("failed", code)
    for subnet in ("224.0.0.0/4", "127.0.0.0/8", "0.0.0.0/1"):
        assert agent.deliver("network.create", name="wide", subnet=subnet).code.startswith("subnet_")
    assert agent.networks() == {"theirs"}


def test_a_network_in_use_stays_and_its_members_are_named(agent: Agent) -> None:
    network = agent.machine.network("busy", subnet="10.61.0.0/24")
    agent.machine.container("tenant", "busy")
    told = agent.deliver("network.delete", network=network)
    assert (told.ended, told.error["code"]) == ("failed", "network_in_use_by")
    assert told.error["params"]["containers"] == "tenant"
    agent.machine.engine.stop("tenant", timeout=0)
    assert agent.deliver("network.delete", network=network).ended == "failed"
    agent.machine.engine.remove_container("tenant")
    assert agent.deliver("network.delete", network=network).ended == "done"
    assert agent.deliver("network.delete", network=network).phrases[:1] == ["gone_already"]
    assert agent.networks() == set()


def test_a_delivery_that_was_overtaken_stops(agent: Agent) -> None:
    """A later one has begun: the earlier one, delivered once more, does nothing."""
    operation = secrets.token_hex(10)
    assert agent.deliver("network.create", operation, token=2, cut="check:running", **PLAIN).ended == "cut"
    assert agent.deliver("network.create", operation, token=1, **PLAIN).ended is None
    assert agent.networks() == set()
    assert agent.deliver("network.create", operation, token=3, **PLAIN).ended == "done"
