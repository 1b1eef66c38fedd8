"""Containers run, attached, taken off and removed on a real engine; what fails is undone."""

import secrets
from typing import Any

import pytest

from tests.agent.operations.conftest import Agent
from tests.lab.machine import IMAGE

pytestmark = pytest.mark.engine


def run(agent: Agent, name: str, network: str, **spec: Any) -> Any:
    wanted = {"name": name, "image": IMAGE, "network": network, "command": ["sleep", "86400"], **spec}
    return agent.deliver("container.run", **wanted)


def test_a_container_is_what_docker_run_makes(agent: Agent) -> None:
    network = agent.machine.network("front", subnet="10.62.0.0/24")
    port = {"host_ip": "", "host_port": 8088, "container_port": 80, "protocol": "tcp"}
    told = run(agent, "web", network, address="10.62.0.200", ports=[port], command=["httpd", "-f"])
    assert told.ended == "done", told.reports
    assert {"verified_interface", "verified_arp"} <= set(told.phrases)
    mine = agent.machine.engine.inspect_container("web")
    assert "netboard.operation" in mine["Config"]["Labels"]
    agent.machine.engine.remove_container("web", force=True)
    agent.machine.docker(
        *("run", "-d", "--name", "web", "--network", "front", "--ip", "10.62.0.200", "-p", "8088:80", IMAGE),
        *("httpd", "-f"),
    )
    by_hand = agent.machine.engine.inspect_container("web")
    for part in ("Cmd", "ExposedPorts", "Image", "Entrypoint", "Env"):
        assert mine["Config"].get(part) == by_hand["Config"].get(part), part
    assert mine["HostConfig"]["PortBindings"] == by_hand["HostConfig"]["PortBindings"]
    assert mine["NetworkSettings"]["Ports"] == by_hand["NetworkSettings"]["Ports"]
    [one], [other] = ((list(each["NetworkSettings"]["Networks"].values())) for each in (mine, by_hand))
    for part in ("IPAddress", "Gateway", "IPPrefixLen", "MacAddress", "NetworkID", "IPAMConfig"):
        assert one[part] == other[part], part


def test_host_and_none_are_modes_of_their_own(agent: Agent) -> None:
    assert run(agent, "bare", "none").ended == "done"
    assert run(agent, "open", "host").ended == "done"
    modes = {
        name: agent.machine.engine.inspect_container(name)["HostConfig"]["NetworkMode"] for name in ("bare", "open")
    }
    assert modes == {"bare": "none", "open": "host"}


@pytest.mark.parametrize("cut", ["recorded", "create:done", "verify:done"])
def test_cut_off_anywhere_one_container_runs(agent: Agent, cut: str) -> None:
    network = agent.machine.network("front", subnet="10.62.0.0/24")
    operation = secrets.token_hex(10)
    spec: dict[str, Any] = {"name": "web", "image": IMAGE, "network": network, "command": ["sleep", "86400"]}
    assert agent.deliver("container.run", operation, cut=cut, **spec).ended == "cut"
    told = agent.deliver("container.run", operation, token=2, **spec)
    assert told.ended == "done", told.reports
    [only] = agent.machine.engine.containers(all=True)
    assert (only["Id"], only["State"]) == (told.recorded["container"], "running")


def test_a_port_that_is_taken_undoes_the_run(agent: Agent) -> None:
    network = agent.machine.network("front", subnet="10.62.0.0/24")
    ports = [{"host_ip": "", "host_port": 8089, "container_port": 80, "protocol": "tcp"}]
    assert run(agent, "first", network, ports=ports).ended == "done"
    told = run(agent, "second", network, ports=ports)
    assert told.ended == "rolled_back"
    assert told.error["code"] == "engine_port_taken"
    assert "port is already allocated" in told.error["params"]["engine"]
    assert [one["Names"] for one in agent.machine.engine.containers(all=True)] == [["/first"]]


def test_an_image_that_is_not_there_is_never_pulled(agent: Agent) -> None:
    told = run(agent, "web", "none", image="nowhere/nothing:1")
    assert (told.ended, told.error["code"]) == ("failed", "image_missing")


def test_connect_disconnect_and_remove(agent: Agent) -> None:
    agent.machine.network("front", subnet="10.62.0.0/24")
    back = agent.machine.network("back", subnet="10.63.0.0/24")
    container = agent.machine.container("web", "front")
    asked: dict[str, Any] = {"network": back, "container": container, "address": "10.63.0.77", "aliases": ["zz"]}
    told = agent.deliver("network.connect", **asked)
    assert told.ended == "done", told.reports
    assert told.result["address"] == "10.63.0.77"
    endpoint = agent.machine.engine.inspect_container(container)["NetworkSettings"]["Networks"]["back"]
    assert endpoint["IPAddress"] == "10.63.0.77"
    assert "zz" in endpoint["Aliases"]
    again = agent.deliver("network.connect", **asked)
    assert (again.ended, again.error["code"]) == ("failed", "already_connected")
    off: dict[str, Any] = {"network": back, "container": container}
    assert agent.deliver("network.disconnect", **off).ended == "done"
    assert agent.deliver("network.disconnect", **off).phrases[0] == "gone_already"
    assert agent.deliver("container.remove", container=container).ended == "done"
    assert agent.machine.engine.containers(all=True) == []


@pytest.mark.parametrize("cut", ["recorded", "connect:done"])
def test_a_connect_that_was_cut_off_is_found_again(agent: Agent, cut: str) -> None:
    agent.machine.network("front", subnet="10.62.0.0/24")
    back = agent.machine.network("back", subnet="10.63.0.0/24")
    container = agent.machine.container("web", "front")
    operation = secrets.token_hex(10)
    asked: dict[str, Any] = {"network": back, "container": container, "address": "10.63.0.77"}
    assert agent.deliver("network.connect", operation, cut=cut, **asked).ended == "cut"
    assert agent.deliver("network.connect", operation, token=2, **asked).ended == "done"


def test_an_address_that_is_taken_attaches_nothing(agent: Agent) -> None:
    agent.machine.network("front", subnet="10.62.0.0/24")
    back = agent.machine.network("back", subnet="10.63.0.0/24")
    container = agent.machine.container("web", "front")
    agent.machine.docker(
        "run", "-d", "--name", "other", "--network", "back", "--ip", "10.63.0.77", IMAGE, "sleep", "99"
    )
    told = agent.deliver("network.connect", network=back, container=container, address="10.63.0.77")
    assert (told.ended, told.error["code"]) == ("rolled_back", "engine_address_taken")
    # The engine lists a network after a refused join; it is taken off.
    assert list(agent.machine.engine.inspect_container(container)["NetworkSettings"]["Networks"]) == ["front"]
