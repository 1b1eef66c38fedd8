"""Fault 11: the observer is stopped while 2,000 events pass. Afterwards its graph is that of a fresh one."""

import os
import signal
from pathlib import Path

import pytest

from tests.agent.observing import Observing
from tests.lab.machine import IMAGE, Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]

_ROUND = """
link add storm0 type veth peer name storm1
link set storm0 up
link set storm1 up
address add 10.98.0.1/24 dev storm0
link del storm0
"""
_STORM = _ROUND * 200 + "link add storm0 type veth peer name storm1\n"


def test_stopped_observer(machine: Machine, valkey: Valkey, tmp_path: Path) -> None:
    """More than 2,000: each round of the kernel's is a dozen, each container's life two and more."""
    left: list[str] = []
    with Observing(machine, valkey, tmp_path) as observing:
        os.kill(observing.pid, signal.SIGSTOP)
        try:
            machine.run(["ip", "-batch", "-"], stdin=_STORM.encode())
            for number in range(100):
                made = machine.engine.create_container(IMAGE, "true", name=f"storm{number}")["Id"]
                if number % 20:
                    machine.engine.remove_container(made)
                else:
                    left.append(made)
        finally:
            os.kill(observing.pid, signal.SIGCONT)
        try:
            wait_until(lambda: _is_like_fresh(observing), seconds=120, what="the graph of a fresh observer")
        finally:
            for made in left:
                machine.engine.remove_container(made)
            machine.run(["ip", "link", "del", "storm0"], check=False)


def _is_like_fresh(observing: Observing) -> bool:
    differences = observing.unlike_fresh()
    assert not differences, "\n".join(differences[:5])
    return True
