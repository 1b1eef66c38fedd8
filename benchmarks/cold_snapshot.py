"""How long a cold snapshot of a machine takes: `python -m benchmarks.cold_snapshot [CONTAINERS]` (root, Docker Engine).

The figure: both watchers from their start to their first whole telling, and the resolver from these facts to a graph.
The floor, in the same process by turns: one `containers` call, one `networks` call, and a setns and bare netlink dumps
of links, addresses and routes in every namespace, unparsed. The budget is three times the floor.
"""

import os
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

import docker

from netboard.adapters.kernel.namespaces import Visitor
from netboard.core import facts as facts_module
from netboard.core.model import Facts, FactsChange
from netboard.core.ports import Watcher
from netboard.core.resolve import Resolver
from netboard.wiring.build import engine_watcher, kernel_watcher
from netboard.wiring.process import collect_rarely
from netboard.wiring.settings import Settings
from tests.lab.machine import Machine
from tests.lab.observed import ROOT

ROUNDS = 9
BUDGET = 3.0
_DONE = 3
_REQUESTS = ((18, bytes(16)), (22, bytes(8)), (26, bytes(12)))


def dump_barely(_: int) -> int:
    """Links, addresses, routes of the namespace that the thread is in; the bytes received."""
    received = 0
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as route_socket:
        for kind, body in _REQUESTS:
            route_socket.send(struct.pack("=IHHII", 16 + len(body), kind, 0x301, 1, 0) + body)
            while not ended(data := route_socket.recv(65536)):
                received += len(data)
    return received


def ended(data: bytes) -> bool:
    """Whether the end of a dump is among these messages."""
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        if kind == _DONE:
            return True
        offset += (length + 3) & ~3
    return False


def floor(client: docker.APIClient, visitor: Visitor) -> tuple[float, float]:
    """Seconds that the engine's two calls and the dumps of all namespaces take."""
    started = time.perf_counter()
    client.containers(all=True)
    client.networks()
    asked = time.perf_counter()
    opened: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            descriptor = os.open(f"/proc/{name}/ns/net", os.O_RDONLY)
            inode = os.fstat(descriptor).st_ino
            if inode in opened:
                os.close(descriptor)
            else:
                opened[inode] = descriptor
    dumping = time.perf_counter()
    visitor.each(list(opened.values()), dump_barely)
    dumped = time.perf_counter()
    for descriptor in opened.values():
        os.close(descriptor)
    return asked - started, dumped - dumping


def snapshot(settings: Settings) -> tuple[float, float, float, int]:
    """Seconds to the kernel's and the engine's facts and to the graph, all from one start; and its nodes."""
    facts, resolver = Facts(host="cold"), Resolver("cold", {})
    lock, both = threading.Lock(), threading.Semaphore(0)
    told: dict[str, float] = {}

    def tell(change: FactsChange) -> None:
        with lock:
            facts_module.apply(facts, change)
            if change.whole and change.source not in told:
                told[change.source] = time.perf_counter()
                both.release()

    watchers: list[Watcher] = [kernel_watcher(settings), engine_watcher(settings)]
    started = time.perf_counter()
    for watcher in watchers:
        watcher.start(tell)
    both.acquire()
    both.acquire()
    with lock:
        change = resolver.update(facts, None)
        ended_at = time.perf_counter()
    for watcher in watchers:
        watcher.stop()
    return told["kernel"] - started, told["engine"] - started, ended_at - started, len(change.nodes)


def median(figures: list[float]) -> str:
    """In milliseconds, with the extremes."""
    return f"{statistics.median(figures) * 1000:6.1f} ms ({min(figures) * 1000:.1f} … {max(figures) * 1000:.1f})"


def inside(url: str) -> None:
    """Measure, in the machine."""
    settings = Settings(docker=url)
    client = docker.APIClient(base_url=url)
    visitor = Visitor()
    resource_limit()
    collect_rarely()
    floors, snapshots = [], []
    for _ in range(ROUNDS):
        floors.append(floor(client, visitor))
        snapshots.append(snapshot(settings))
    visitor.close()
    client.close()
    print(f"  floor: engine's two calls   {median([one[0] for one in floors])}")
    print(f"  floor: bare dumps           {median([one[1] for one in floors])}")
    print(f"  the kernel's facts          {median([one[0] for one in snapshots])}")
    print(f"  the engine's facts          {median([one[1] for one in snapshots])}")
    print(f"  the whole, {snapshots[0][3]} nodes       {median([one[2] for one in snapshots])}")
    ratio = statistics.median(one[2] for one in snapshots) / statistics.median(sum(one) for one in floors)
    print(f"  ratio {ratio:.2f}, budget {BUDGET:g}: {'kept' if ratio <= BUDGET else 'MISSED'}")


def resource_limit() -> None:
    """The floor opens every namespace at once."""
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))


def main(count: int) -> None:
    """Build the machine and measure in it."""
    with Machine() as machine:
        nets = [machine.network(f"bench{i}", subnet=f"10.80.{i}.0/24") for i in range(5)]
        pairs = [(f"bench-{i}", nets[i % 5]) for i in range(count)]
        machine.containers(pairs)
        print(f"cold snapshot of {count} containers, median of {ROUNDS}")
        command = [sys.executable, "-m", "benchmarks.cold_snapshot", "inside", machine.url]
        subprocess.run(machine.enter_command(command), env={**os.environ, "PYTHONPATH": ROOT}, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
