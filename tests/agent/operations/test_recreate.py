"""A network made anew: everybody is put back with their addresses; where the new one fails, the old one stands again.

web 10.64.0.50 (static, alias zz) ──┐
db  (running, any address)        ──┤ shop 10.64.0.0/24
old (stopped)                     ──┘
"""

import secrets
from typing import Any

import pytest

from tests.agent.operations.conftest import Agent
from tests.lab.machine import IMAGE

pytestmark = pytest.mark.engine

SHOP: dict[str, Any] = {"name": "shop", "subnet": "10.64.0.0/24", "gateway": "10.64.0.1"}


@pytest.fixture
def shop(agent: Agent) -> str:
    """The network with its members; its full id."""
    docker = agent.machine.docker
    network = docker("network", "create", "--subnet", "10.64.0.0/24", "--gateway", "10.64.0.1", "shop")
    docker(
        *("run", "-d", "--name", "web", "--network", "shop", "--ip", "10.64.0.50", "--network-alias", "zz", IMAGE),
        *("sleep", "86400"),
    )
    docker("run", "-d", "--name", "db", "--network", "shop", IMAGE, "sleep", "86400")
    docker("create", "--name", "old", "--network", "shop", IMAGE, "sleep", "86400")
    return network


def members(agent: Agent, network: str = "shop") -> dict[str, Any]:
    found = {}
    for name in ("web", "db", "old"):
        endpoints = agent.machine.engine.inspect_container(name)["NetworkSettings"]["Networks"]
        if network in endpoints:
            found[name] = endpoints[network]
    return found


def test_settings_change_and_everybody_is_back(agent: Agent, shop: str) -> None:
    told = agent.deliver("network.recreate", network=shop, **SHOP, mtu=1400)
    assert told.ended == "done", told.reports
    made = agent.network("shop")
    assert made["Id"] == told.recorded["network"] != shop
    assert made["Options"] == {"com.docker.network.driver.mtu": "1400"}
    back = members(agent)
    assert set(back) == {"web", "db", "old"}
    assert back["web"]["IPAddress"] == "10.64.0.50"
    assert back["web"]["IPAMConfig"] == {"IPv4Address": "10.64.0.50"}
    assert "zz" in back["web"]["Aliases"]


@pytest.mark.parametrize("cut", ["detach:done", "delete:done", "create:done", "attach:done"])
def test_cut_off_anywhere_the_next_delivery_finishes(agent: Agent, shop: str, cut: str) -> None:
    operation = secrets.token_hex(10)
    first = agent.deliver("network.recreate", operation, cut=cut, network=shop, **SHOP, mtu=1400)
    assert first.ended == "cut"
    second = agent.deliver(
        "network.recreate", operation, token=2, recorded=first.recorded, network=shop, **SHOP, mtu=1400
    )
    assert second.ended == "done", second.reports
    assert agent.networks() == {"shop"}
    assert agent.network("shop")["Options"] == {"com.docker.network.driver.mtu": "1400"}
    back = members(agent)
    assert set(back) == {"web", "db", "old"}
    assert back["web"]["IPAddress"] == "10.64.0.50"


def test_where_the_new_one_fails_the_old_one_stands_again(agent: Agent, shop: str) -> None:
    agent.machine.network("beside", subnet="10.65.0.0/24")
    told = agent.deliver(
        "network.recreate", network=shop, name="shop", subnet="10.65.0.0/24", gateway="10.65.0.1", mtu=1400
    )
    assert told.ended == "rolled_back", told.reports
    assert told.error["code"] == "engine_pool_overlaps"
    again = agent.network("shop")
    assert again["IPAM"]["Config"] == [{"Subnet": "10.64.0.0/24", "Gateway": "10.64.0.1"}]
    back = members(agent)
    assert set(back) == {"web", "db", "old"}
    assert back["web"]["IPAddress"] == "10.64.0.50"
    assert "zz" in back["web"]["Aliases"]
