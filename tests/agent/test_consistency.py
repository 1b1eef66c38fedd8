"""The log against the machine: whatever really happens, snapshot plus deltas is what a fresh observer finds."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from netboard.core.ports import Change, HostGraph, HostStatus
from tests.agent.observing import HOST, Observing, applied, plain, unlike
from tests.lab.machine import Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]

CONTAINERS = ("ada", "ben", "cyd")
NETWORKS = ("red", "blue")


@pytest.fixture
def world(machine: Machine) -> Iterator[Machine]:
    """Three containers, two networks, and a veth pair of nobody."""
    try:
        for name in NETWORKS:
            machine.network(name)
        machine.containers([(name, "red") for name in CONTAINERS])
        machine.ip("link add lone0 type veth peer name lone1")
        yield machine
    finally:
        for name in (*CONTAINERS, *(f"{each}-" for each in CONTAINERS)):
            machine.run(["docker", "-H", machine.url, "rm", "-f", name], check=False)
        for name in NETWORKS:
            machine.run(["docker", "-H", machine.url, "network", "rm", name], check=False)
        for name in ("lone0", "lone", "lone1"):
            machine.run(["ip", "link", "del", name], check=False)


def test_random_real_changes(world: Machine, valkey: Valkey, tmp_path: Path) -> None:
    """Start, stop, connect, disconnect, link down, rename, address added: nothing missed, no slot moved."""
    choose = random.Random(1)
    with Observing(world, valkey, tmp_path) as observing:
        found = observing.reader.graph(HOST)
        assert found is not None
        position, begun = found
        for _ in range(12):
            _something(world, choose)
        wait_until(lambda: _is_like_fresh(observing), seconds=90, what="the graph of a fresh observer")
        _compare(observing)

        assert observing.graph().nodes.keys() >= {HOST}
        changes = observing.changes(position["epoch"], position["seq"])
        after = observing.reader.graph(HOST)
        assert after is not None
        assert after[0]["epoch"] == position["epoch"]
        assert not unlike(plain(applied(begun, changes)), plain(after[1]))
        _slots_stay(begun, changes)


def _is_like_fresh(observing: Observing) -> bool:
    differences = observing.unlike_fresh()
    assert not differences, "\n".join(differences[:5])
    return True


def _compare(observing: Observing) -> None:
    """Have the observer compare everything; a heartbeat later that has ended, and it found nothing."""
    before = observing.status()
    assert before is not None
    observing.ask_to_compare()
    begun = wait_until(lambda: _later(observing, "checks", before["checks"]), what="a check has begun")
    ended = wait_until(lambda: _later(observing, "at", begun["at"]), what="the heartbeat after the check")
    assert ended["differences"] == 0


def _later(observing: Observing, field: Literal["checks", "at"], value: int | str) -> HostStatus:
    status = observing.status()
    assert status is not None
    assert str(status[field]) > str(value) if field == "at" else status["checks"] > int(value)
    return status


def _slots_stay(graph: HostGraph, changes: list[Change]) -> None:
    """A node keeps its slot while it lives among the same siblings."""
    for change in changes:
        for key, node in change.nodes.items():
            before = graph.nodes.get(key)
            if before is not None and before["facts"].get("primary") == node["facts"].get("primary"):
                assert (key, node["slot"]) == (key, before["slot"])
        graph = applied(graph, [change])


def _something(world: Machine, choose: random.Random) -> None:
    """One random change. What the engine refuses (connected twice, not running) is as good a change as any."""
    container, network = choose.choice(CONTAINERS), choose.choice(NETWORKS)
    other = choose.choice(("up", "down"))
    number = choose.randrange(200)
    commands: list[list[str]] = [
        ["docker", "-H", world.url, "start", container],
        ["docker", "-H", world.url, "kill", container],
        ["docker", "-H", world.url, "network", "connect", network, container],
        ["docker", "-H", world.url, "network", "disconnect", network, container],
        ["docker", "-H", world.url, "rename", container, f"{container}-"],
        ["docker", "-H", world.url, "rename", f"{container}-", container],
        ["ip", "link", "set", "lone1", other],
        ["ip", "link", "set", "lone0", "name", "lone"],
        ["ip", "link", "set", "lone", "name", "lone0"],
        ["ip", "address", "add", f"10.99.{number}.1/24", "dev", "lone1"],
        ["docker", "-H", world.url, "pause", container],
        ["docker", "-H", world.url, "unpause", container],
    ]
    world.run(choose.choice(commands), check=False)
