"""The watcher over a real engine: whatever happens, what it kept is what a fresh listing says."""

from collections.abc import Iterator

import pytest

from netboard.adapters.engine.watcher import EngineWatcher
from netboard.core.model import Container
from tests.adapters.engine.told import Told, fresh, watching
from tests.lab.machine import IMAGE, Machine
from tests.support.wait import wait_until

pytestmark = pytest.mark.engine


@pytest.fixture
def watched(machine: Machine) -> Iterator[tuple[EngineWatcher, Told]]:
    with watching(machine.url) as (watcher, told):
        wait_until(told.is_detailed, seconds=60, what="the first listing with its details")
        yield watcher, told


@pytest.fixture
def names(machine: Machine) -> Iterator[list[str]]:
    """Names of containers and networks that the test makes; removed afterwards."""
    made: list[str] = []
    yield made
    for name in made:
        machine.run(["docker", "-H", machine.url, "rm", "-f", name], check=False)
    for name in made:
        machine.run(["docker", "-H", machine.url, "network", "rm", name], check=False)


def test_a_containers_life(machine: Machine, watched: tuple[EngineWatcher, Told], names: list[str]) -> None:
    """created → started → renamed → joins a second network → paused → stopped → gone, each told by events alone."""
    watcher, told = watched
    names += ["first", "second", "life", "renamed"]
    networks = {name: machine.network(name) for name in ("first", "second")}
    made = machine.engine.create_container(
        IMAGE, "sleep 86400", name="life", host_config=machine.engine.create_host_config(network_mode="first")
    )["Id"]

    def now() -> Container:
        containers, _ = told.everything()
        assert made in containers
        return containers[made]

    wait_until(lambda: now().state == "created", what="it is created")
    assert [each.network for each in now().endpoints] == [networks["first"]]
    machine.engine.start(made)
    wait_until(lambda: now().state == "running" and now().pid and now().endpoints[0].address, what="it runs")
    machine.engine.rename(made, "renamed")
    wait_until(lambda: now().name == "renamed", what="it has its new name")
    machine.engine.connect_container_to_network(made, networks["second"], aliases=["www"])
    wait_until(lambda: len(now().endpoints) == 2 and "www" in now().endpoints[1].aliases, what="it is on both")
    machine.engine.disconnect_container_from_network(made, networks["first"])
    wait_until(lambda: [each.network for each in now().endpoints] == [networks["second"]], what="it left the first")
    machine.engine.pause(made)
    wait_until(lambda: now().state == "paused", what="it is paused")
    machine.engine.unpause(made)
    machine.engine.kill(made)
    wait_until(lambda: now().state == "exited" and now().pid == 0, what="it has ended")
    machine.engine.remove_container(made)
    wait_until(lambda: made not in told.everything()[0], what="it is gone")
    machine.engine.remove_network(networks["first"])
    wait_until(lambda: networks["first"] not in told.everything()[1], what="the network is gone")

    assert told.everything() == fresh(machine.url)
    assert sum(change.whole for change in told.changes) == 1
    _no_differences(machine, watcher, told)


def test_many_at_once(machine: Machine, watched: tuple[EngineWatcher, Told], names: list[str]) -> None:
    """A burst is followed without listing again, and a check afterwards finds nothing."""
    watcher, told = watched
    names += ["burst", *(f"burst{number}" for number in range(12))]
    machine.network("burst")
    ids = machine.containers([(f"burst{number}", "burst") for number in range(12)])
    for engine_id in ids[:6]:
        machine.engine.remove_container(engine_id, force=True)
    wait_until(lambda: not set(ids[:6]) & told.everything()[0].keys(), what="the first half is gone")
    wait_until(
        lambda: told.is_detailed() and told.everything() == fresh(machine.url), seconds=60, what="the same facts"
    )
    assert sum(change.whole for change in told.changes) == 1
    _no_differences(machine, watcher, told)


def test_health_is_told(machine: Machine, watched: tuple[EngineWatcher, Told], names: list[str]) -> None:
    _, told = watched
    names.append("sick")
    machine.docker(
        *("run", "-d", "--name", "sick", "--health-cmd", "false", "--health-interval", "200ms"),
        *("--health-retries", "1", IMAGE, "sleep", "86400"),
    )
    wait_until(
        lambda: (now := told.container("sick")) and now.status == "unhealthy", seconds=60, what="it is unhealthy"
    )


def test_check_finds_what_the_engine_does_not_announce(
    machine: Machine, watched: tuple[EngineWatcher, Told], names: list[str]
) -> None:
    """Engine 20.10 tells nobody that a stopped container was connected: found by the check, but no missed event."""
    watcher, told = watched
    names += ["still", "later"]
    later = machine.network("later")
    made = machine.engine.create_container(IMAGE, "sleep 86400", name="still")["Id"]
    wait_until(lambda: made in told.everything()[0], what="it is created")
    machine.engine.connect_container_to_network(made, later)

    def found() -> bool:
        watcher.check()
        return len(told.everything()[0][made].endpoints) == 2

    wait_until(found, every=2, what="it was found")
    assert told.differences == []


def _no_differences(machine: Machine, watcher: EngineWatcher, told: Told) -> None:
    """A check that has ended: it finds a change which was kept from the watcher, and nothing before that."""
    watcher.check()
    marker = machine.engine.create_container(IMAGE, "true", name="marker")["Id"]
    try:
        wait_until(lambda: marker in told.everything()[0], what="the marker was told")
    finally:
        machine.engine.remove_container(marker)
    wait_until(lambda: marker not in told.everything()[0], what="the marker is gone")
    assert told.differences == []
