"""REST: what passes the devices of a host, for those who may see it."""

from typing import Any

import pytest

from netboard.accounts.models import User
from netboard.adapters.bus.traffic import RedisTrafficWriter
from netboard.adapters.bus.writer import begin_many
from netboard.core.probes.counters import NAMES
from netboard.core.wire import Traffic
from tests.networks.test_rest import ask
from tests.support.graphs import host_graph, node, status
from tests.support.people import bus, cast, quiet_layer
from tests.support.valkey import Valkey

__all__ = ["bus", "cast", "quiet_layer"]

ETH0, GONE = "h1.d.abcdef.1000.2", "h1.d.abcdef.1000.9"


def sample(second: int, received: float) -> Traffic:
    rates = {ETH0: [1.5, 0.0, received, 10.0, 0.0, 0.0, 2.0, 1.0], GONE: [1.0] * 8}
    return {"type": "traffic", "host": "h1", "at": f"2026-06-15T08:00:0{second}.000Z", "interval": 1.0, "rates": rates}


@pytest.fixture
def agent(bus: Valkey) -> Any:
    """Of h1, which has a device eth0; h2 has none."""
    first = host_graph("h1", 1)
    first.nodes[ETH0] = node(ETH0, "veth", name="eth0")  # type: ignore[index]
    begin_many(bus.url, {"h1": (first, status("h1")), "h2": (host_graph("h2", 1), status("h2"))})
    writer = RedisTrafficWriter(bus.url)
    yield writer
    writer.close()


def test_rates_and_totals_of_what_is_on_the_board(cast: dict[str, User], agent: RedisTrafficWriter) -> None:
    assert ask(cast["vera"], "traffic?host=h1") == {
        "host": "h1",
        "at": None,
        "interval": None,
        "items": [],
        "next": None,
    }
    assert agent.watched(["h1", "h2"]) == {"h1"}, "who asks has it sampled closely"
    agent.tell(sample(1, 800.0), {ETH0: (9, 8, 7, 6, 5, 4, 3, 2), GONE: (1,) * 8})
    told = ask(cast["tim"], "traffic?host=h1")
    assert (told["at"], told["interval"]) == ("2026-06-15T08:00:01.000Z", 1.0)
    assert told["items"] == [
        {
            "device": ETH0,
            "name": "eth0",
            "rates": dict(zip(NAMES, [1.5, 0, 800, 10, 0, 0, 2, 1], strict=True)),
            "totals": dict(zip(NAMES, (9, 8, 7, 6, 5, 4, 3, 2), strict=True)),
        }
    ]


def test_the_past_of_some_devices(cast: dict[str, User], agent: RedisTrafficWriter) -> None:
    for second in range(3):
        agent.tell(sample(second, 100.0 * second), {})
    told = ask(cast["vera"], f"traffic/past?host=h1&device={ETH0}&device=h1.d.abcdef.1000.3")
    assert told["at"] == [sample(second, 0)["at"] for second in range(3)]
    assert told["items"] == [
        {"device": ETH0, "rx_bytes": [0, 100, 200], "tx_bytes": [10, 10, 10], "bad": [3, 3, 3]},
        {"device": "h1.d.abcdef.1000.3", "rx_bytes": [0, 0, 0], "tx_bytes": [0, 0, 0], "bad": [0, 0, 0]},
    ]


@pytest.mark.usefixtures("agent")
def test_who_may_not_see_a_host_is_told_there_is_none(cast: dict[str, User]) -> None:
    for path in ("traffic?host=h2", f"traffic/past?host=h2&device={ETH0}", "traffic?host=h404"):
        ask(cast["tim"], path, 404)
    ask(cast["vera"], "traffic/past?host=h1", 422)
    ask(cast["vera"], "traffic", 422)
