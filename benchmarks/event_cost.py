"""What one container event costs the observer, with few and with many containers around: CPU time, not waiting.

    python -m benchmarks.event_cost [--few 200] [--many 1000] [--events 60] [--running 40]

In a disposable machine with an engine of its own; so many of the containers run (namespaces, veths), the others are
created only, to keep the making short. An event is a pause or an unpause of one running container; the figure is the
observer process's user and system time for all events, divided by their number, less what it uses without any.
The floor is the engine's inspect of that container and its parsing as JSON, in this process, in the same run.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.agent.observing import Observing
from tests.lab.machine import IMAGE, Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

LIMIT_MS = 10.0
LIMIT_GROWTH = 1.5


def main() -> int:
    """Measure both sizes; exit code 1 where a budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("few", 200), ("many", 1000), ("events", 60), ("running", 40)):
        parser.add_argument(f"--{name}", type=int, default=number)
    given = parser.parse_args()
    valkey = Valkey().start()
    try:
        with Machine() as machine, tempfile.TemporaryDirectory() as data:
            ids = machine.containers([(f"run{number}", "bridge") for number in range(given.running)])
            few = _measure(machine, valkey, Path(data), ids, given.few, given.events)
            many = _measure(machine, valkey, Path(data), ids, given.many, given.events)
            floor = _floor(machine, ids[0], given.events)
    finally:
        valkey.remove()
    print(f"observer CPU per container event: {few:.2f} ms at {given.few}, {many:.2f} ms at {given.many} containers")
    print(f"floor (inspect and parse, this process): {floor:.2f} ms; ratio {few / floor:.1f}")
    print(f"growth: {many / few:.2f} (budgets: {LIMIT_MS:g} ms, {LIMIT_GROWTH:g})")
    return 0 if few <= LIMIT_MS and many <= LIMIT_GROWTH * few else 1


def _measure(machine: Machine, valkey: Valkey, data: Path, running: list[str], size: int, events: int) -> float:
    """Milliseconds of the observer's CPU for one event, among `size` containers."""
    there = len(machine.engine.containers(all=True))
    for number in range(there, size):
        machine.engine.create_container(IMAGE, "true", name=f"made{number}")
    with Observing(machine, valkey, data) as observing:
        wait_until(lambda: _is_quiet(observing.pid), seconds=120, what="the observer has caught up", every=2)
        idle = _spent(observing.pid, lambda: time.sleep(10)) / 10
        began = time.monotonic()
        spent = _spent(observing.pid, lambda: _toggle(machine, observing, running, events))
        return (spent - idle * (time.monotonic() - began)) * 1000 / events


def _toggle(machine: Machine, observing: Observing, running: list[str], events: int) -> None:
    """So many pauses and unpauses, apart from each other; until the last is in the log."""
    for number in range(events // 2):
        engine_id = running[number % len(running)]
        for action, state in ((machine.engine.pause, "paused"), (machine.engine.unpause, "up")):
            action(engine_id)
            time.sleep(0.1)
            node = f"h1.c.{engine_id[:16]}"
            if number == events // 2 - 1:
                wait_until(partial(_is_told, observing, node, state), what="it is in the log")


def _is_told(observing: Observing, node: str, state: str) -> bool:
    return observing.graph().nodes[node]["state"] == state


def _is_quiet(pid: int) -> bool:
    return _spent(pid, lambda: time.sleep(1)) < 0.05


def _spent(pid: int, during: Callable[[], None]) -> float:
    before = _cpu(pid)
    during()
    return _cpu(pid) - before


def _cpu(pid: int) -> float:
    """Seconds of user and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _floor(machine: Machine, engine_id: str, events: int) -> float:
    before = time.process_time()
    for _ in range(events):
        machine.engine.inspect_container(engine_id)
    return (time.process_time() - before) * 1000 / events


if __name__ == "__main__":
    raise SystemExit(main())
