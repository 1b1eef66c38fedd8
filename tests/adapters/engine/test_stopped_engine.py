"""An engine that is stopped, or killed, under the watcher's eyes: said in time, and relisted once it is back."""

from collections.abc import Iterator

import pytest

from netboard.adapters.engine.watcher import EngineWatcher
from tests.adapters.engine.told import Told, fresh, wait_for_state, watching
from tests.lab.machine import Machine
from tests.support.wait import wait_until

pytestmark = pytest.mark.engine


@pytest.fixture
def watched(machine: Machine) -> Iterator[tuple[EngineWatcher, Told]]:
    with watching(machine.url, stale_after=2.0) as (watcher, told):
        wait_until(told.is_detailed, seconds=60, what="the first listing with its details")
        yield watcher, told


def test_stopped_and_continued(machine: Machine, watched: tuple[EngineWatcher, Told]) -> None:
    """SIGSTOP: stale, with the facts kept; SIGCONT: listed again, by the same watcher, which follows on."""
    _, told = watched
    before = told.everything()
    _signal_engine(machine, "STOP")
    try:
        wait_for_state(told, "stale", "engine_silent")
        assert told.everything() == before
    finally:
        _signal_engine(machine, "CONT")
    wait_for_state(told, "live")
    network = machine.network("after")
    try:
        wait_until(lambda: told.network("after"), what="events flow again")
    finally:
        machine.engine.remove_network(network)
    wait_until(lambda: told.network("after") is None and told.everything() == fresh(machine.url), what="the same facts")


def test_stopping_the_watcher_of_a_stopped_engine(machine: Machine) -> None:
    """No thread stays, although no answer ever comes: `watching` waits for the last one."""
    with watching(machine.url, stale_after=2.0) as (_, told):
        wait_for_state(told, "live")
        _signal_engine(machine, "STOP")
    _signal_engine(machine, "CONT")


def _signal_engine(machine: Machine, name: str) -> None:
    machine.run(["sh", "-c", f"kill -{name} $(cat /run/docker.pid)"])
