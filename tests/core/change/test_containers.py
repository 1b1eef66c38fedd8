"""Plans for containers, on the host that conftest draws."""

import pytest

from netboard.core.change.plan import plan
from netboard.core.change.preview import Preview
from netboard.core.change.specs import ContainerRun, NetworkConnect, parse
from netboard.core.change.world import World


def codes(preview: Preview, severity: str = "refuse") -> set[str]:
    return {finding.code for finding in preview.findings if finding.severity == severity}


def run(world: World, **fields: object) -> Preview:
    return plan(parse("container.run", {"name": "job", "image": "lab", "network": "web", **fields}), world)


def test_running_shows_the_address_that_the_container_will_likely_get(world: World) -> None:
    preview = run(world, ports=[{"host_port": 8443, "container_port": 443}], command=["httpd", "-f"])
    assert isinstance(preview.spec, ContainerRun)
    assert preview.spec.network == "web".ljust(64, "0")
    assert codes(preview, "warn") == {"becomes_reachable"}
    assert [e["facts"].get("address") for e in preview.edges if e["kind"] == "endpoint"] == ["10.5.0.4/24"]
    assert preview.commands == ["docker run -d --name job --network web -p 8443:443 lab httpd -f"]
    assert "external: true" in preview.compose


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"address": "10.5.0.3"}, "address_taken", id="an address that somebody has"),
        pytest.param({"address": "10.5.0.1"}, "address_is_gateway", id="the gateway's address"),
        pytest.param({"address": "10.9.0.1"}, "address_outside", id="an address of another subnet"),
        pytest.param({"address": "10.5.0.255"}, "address_outside", id="the broadcast address"),
        pytest.param({"mac": "02:42:0a:05:00:02"}, "mac_taken", id="a MAC that somebody has"),
        pytest.param({"name": "shop"}, "container_name_taken", id="a name that is taken"),
        pytest.param({"ports": [{"host_port": 80, "container_port": 80}]}, "port_taken", id="a port that is taken"),
        pytest.param({"network": "none", "address": "10.5.0.9"}, "builtin_no_address", id="an address on none"),
        pytest.param({"network": "host", "ports": [{"container_port": 80}]}, "host_no_ports", id="ports on host"),
        pytest.param({"network": "bridge", "address": "172.17.0.9"}, "default_bridge_static", id="static on docker0"),
    ],
)
def test_what_is_refused(world: World, fields: dict[str, object], code: str) -> None:
    assert code in codes(run(world, **fields))


def test_one_port_of_two_protocols_is_two_ports(world: World) -> None:
    preview = run(world, ports=[{"host_port": 80, "container_port": 80, "protocol": "udp", "host_ip": "127.0.0.1"}])
    assert not preview.findings


def test_connecting_twice_is_refused_and_a_second_network_is_not(world: World) -> None:
    twice = plan(parse("network.connect", {"network": "web", "container": "shop"}), world)
    assert codes(twice) == {"already_connected"}
    second = plan(
        parse("network.connect", {"network": "plant", "container": "shop", "address": "192.168.58.200"}), world
    )
    assert isinstance(second.spec, NetworkConnect)
    assert not second.refused
    assert second.commands == ["docker network connect --ip 192.168.58.200 plant shop"]


def test_losing_the_only_way_out_is_said_before(world: World) -> None:
    preview = plan(parse("network.disconnect", {"network": "web", "container": "shop"}), world)
    assert not preview.refused
    assert codes(preview, "warn") == {"loses_way_out", "ports_lost"}


def test_only_containers_that_netboard_ran_are_removed(world: World) -> None:
    assert codes(plan(parse("container.remove", {"container": "db"}), world)) == {"container_not_ours"}
    assert not plan(parse("container.remove", {"container": "shop"}), world).refused
