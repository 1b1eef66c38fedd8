"""1,000 monitors at 10 s intervals: how much of a core their one prober uses. Budget: 5 %.

    sources: N network namespaces, each a veth on one bridge ─► each asks the bridge's address and another namespace

Run as root: `PYTHONPATH=. python -m benchmarks.monitors [MONITORS] [SECONDS]`. It makes the namespaces in a network
namespace of its own and removes them; the bus is left out (what it takes is a message a second).
"""

import ctypes
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from netboard.adapters.probe.rounds import Rounds
from netboard.agent.monitor.prober import Prober
from netboard.core.probes.model import MonitorPlan, Watch
from netboard.core.probes.targets import World
from netboard.core.wire import Node

NAMESPACES = 100
INTERVAL = 10.0
BUDGET = 0.05
_CLONE_NEWNET = 0x40000000


def namespaces(count: int) -> list[str]:
    """Make so many namespaces on a bridge 10.90.0.1/16 in this process's own namespace; their paths."""
    lines = ["link add nbm0 type bridge", "addr add 10.90.0.1/16 dev nbm0", "link set nbm0 up", "link set lo up"]
    made: list[str] = []
    for number in range(count):
        name = f"nbmb-{os.getpid()}-{number}"
        subprocess.run(["ip", "netns", "add", name], check=True)
        made.append(name)
        lines += [
            f"link add v{number} type veth peer name eth0 netns {name}",
            f"link set v{number} master nbm0",
            f"link set v{number} up",
        ]
        inside = f"addr add {address(number)}/16 dev eth0\nlink set eth0 up\nlink set lo up\n"
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)
        subprocess.run(["ip", "-n", name, "-batch", "-"], input=inside, text=True, check=True)
        lines = []
    return made


def address(number: int) -> str:
    """The address of a namespace."""
    return f"10.90.{1 + number // 200}.{1 + number % 200}"


class _Plans:
    """The plan, without a bus."""

    def __init__(self, plan: MonitorPlan) -> None:
        self.plan = plan

    def refresh(self) -> bool:
        """It never changes."""
        return False


class _Following:
    """The graph, without an observer."""

    observer_lives = engine_lives = True
    changes = 1

    def __init__(self, world: World) -> None:
        self.world = world

    def refresh(self) -> None:
        """It never changes."""


class _Bus:
    """Counts what is told."""

    def __init__(self) -> None:
        self.outcomes: dict[Any, int] = {}

    def observe(self, _host: str, observations: Any) -> None:
        """Count it."""
        for each in observations:
            self.outcomes[each["ok"]] = self.outcomes.get(each["ok"], 0) + 1


def _node(node: str, kind: str, **facts: Any) -> Node:
    space = node.replace(".c.", ".n.") if kind == "container" else None
    return {
        "id": node,
        "kind": kind,
        "name": node,
        "host": "b",
        "namespace": space,
        "parent": "b",
        "slot": 0,
        "state": "up",
        "warnings": [],
        "facts": facts,
    }


def world_of(names: list[str]) -> World:
    """A graph in which each namespace is a container on one bridge network."""
    nodes = [_node("b.w.net", "network", id="net", driver="bridge", subnets=[{"subnet": "10.90.0.0/16"}])]
    edges: list[Any] = []
    for number, name in enumerate(names):
        path = f"/run/netns/{name}"
        nodes.append(_node(f"b.c.{number}", "container", id=str(number)))
        nodes.append(_node(f"b.n.{number}", "namespace", inode=os.stat(path).st_ino, names=[path], pids=[]))
        facts = {"address": f"{address(number)}/16", "gateway": "10.90.0.1"}
        ends = {"source": f"b.c.{number}", "target": "b.w.net", "kind": "endpoint", "facts": facts}
        edges.append({"id": f"b.c.{number}.e.net", "certain": True, "evidence": "", **ends})
    world = World()
    world.put(nodes, edges)
    return world


def watches(count: int, containers: int) -> list[Watch]:
    """Half of them ask their gateway, half a neighbour."""
    made: list[Watch] = []
    for number in range(count):
        source, other = str(number % containers), str((number * 7 + 1) % containers)
        target: Any = {"kind": "gateway"} if number % 2 else {"kind": "container", "container": other}
        made.append(
            Watch(
                monitor=number + 1,
                interval=INTERVAL,
                jitter=0.1,
                timeout=1.0,
                source={"container": source},
                target=target,
            )
        )
    return made


def main() -> int:
    """Measure and print; exit code 1 where the budget is exceeded."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 40.0
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        print("This needs root.", file=sys.stderr)
        return 2
    made: list[str] = []
    try:
        made = namespaces(NAMESPACES)
        plan = MonitorPlan(version=1, watches=watches(count, len(made)), gateways=False, gateway_interval=60.0)
        bus, stop = _Bus(), threading.Event()
        prober = Prober("b", _Plans(plan), _Following(world_of(made)), bus, Rounds())  # type: ignore[arg-type]
        thread = threading.Thread(target=prober.run, args=(stop,))
        thread.start()
        time.sleep(INTERVAL * 1.5)
        begun, used, before = time.monotonic(), time.process_time(), dict(bus.outcomes)
        time.sleep(seconds)
        share = (time.process_time() - used) / (time.monotonic() - begun)
        after = {ok: total - before.get(ok, 0) for ok, total in bus.outcomes.items()}
        stop.set()
        thread.join()
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=False)
    asked = sum(after.values())
    print(f"{count} monitors every {INTERVAL:g} s: {share:.2%} of a core, {asked / seconds:.0f} probes a second")
    print(f"answered {after.get(True, 0)}, lost {after.get(False, 0)}, not asked {after.get(None, 0)}")
    pages = Path("/proc/self/statm").read_text().split()[1]
    print(f"descriptors {len(os.listdir('/proc/self/fd'))}, memory {int(pages) * 4 // 1024} MiB")
    return 0 if share <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
