"""Fault 9: the engine is stopped. Its silence is in the host's status in time; afterwards everything is listed anew."""

from pathlib import Path

import pytest

from tests.agent.observing import Observing
from tests.lab.machine import Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]


def test_stopped_engine(machine: Machine, valkey: Valkey, tmp_path: Path) -> None:
    with Observing(machine, valkey, tmp_path, stale_after="2", beat_every="0.5") as observing:
        _signal_engine(machine, "STOP")
        try:
            wait_until(lambda: observing.source("engine") == ("stale", "engine_silent"), seconds=60, what="it is stale")
            assert observing.source("kernel")[0] == "live"
        finally:
            _signal_engine(machine, "CONT")
        wait_until(lambda: observing.source("engine") == ("live", ""), seconds=60, what="it is live again")
        network = machine.network("after-fault-9")
        try:
            wait_until(lambda: _shows(observing, "after-fault-9"), what="events flow again")
        finally:
            machine.engine.remove_network(network)
        wait_until(lambda: not _shows(observing, "after-fault-9"), what="the network is gone")
        wait_until(lambda: not observing.unlike_fresh(), seconds=60, what="the graph of a fresh observer")
        assert observing.end() == 0


def _shows(observing: Observing, name: str) -> bool:
    return any(node["name"] == name for node in observing.graph().nodes.values())


def _signal_engine(machine: Machine, name: str) -> None:
    machine.run(["sh", "-c", f"kill -{name} $(cat /run/docker.pid)"])
