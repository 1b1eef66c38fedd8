"""What counters cost while somebody watches: `python -m benchmarks.counters [CONTAINERS]` (root).

Namespaces with a process, a mount and a veth to a bridge each, as containers are. The figure: processor time of one
whole sample (look who is there, dump, rates, encode, tell Valkey), every 2 s. Budget: 3 % of a core for 200. The floor,
in the same process by turns: a setns and the bare dump in every namespace, unparsed.
"""

import os
import socket
import statistics
import struct
import subprocess
import sys
import time
from itertools import count

from benchmarks.cold_snapshot import ended
from netboard.adapters.bus.traffic import RedisTrafficReader, RedisTrafficWriter
from netboard.adapters.kernel.namespaces import Visitor
from netboard.adapters.kernel.statistics import KernelCounters
from netboard.agent.traffic.sampler import Sampler
from tests.lab.machine import Machine
from tests.lab.observed import ROOT
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

ROUNDS = 15
EVERY = 2.0
BUDGET = 3.0
SENDING = """
import socket, time
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
while True:
    wire.sendto(bytes(1000), ("10.63.255.255", 9))
    time.sleep(0.2)
"""
"""A broadcast goes to every port: every device carries something in every sample."""


def dump_barely(_: int) -> None:
    """RTM_GETSTATS of the namespace that the thread is in."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as wire:
        wire.send(struct.pack("=IHHIIB3xII", 28, 94, 0x301, 1, 0, 0, 0, 1))
        while not ended(wire.recv(65536)):
            pass


def floor(visitor: Visitor) -> float:
    """Seconds of processor time that the bare dumps of all namespaces take."""
    before = time.process_time()
    opened = [os.open(f"/run/netns/{name}", os.O_RDONLY) for name in os.listdir("/run/netns")]
    visitor.each(opened, dump_barely)
    for descriptor in opened:
        os.close(descriptor)
    return time.process_time() - before


def inside(url: str) -> None:
    """By turns, in the machine."""
    source, writer, reader = KernelCounters(), RedisTrafficWriter(url), RedisTrafficReader(url)
    visitor = Visitor()
    turns = count(1)
    sampler = Sampler("bench", source, writer, clock=lambda: 100.0 * next(turns))  # a sample at each step
    sampled, bare = [], []
    for _ in range(ROUNDS):
        reader.watch("bench")
        time.sleep(1.0)
        bare.append(floor(visitor))
        before = time.process_time()
        sampler.step()
        sampled.append(time.process_time() - before)
    latest = reader.latest("bench")
    carrying = len(latest.traffic["rates"]) if latest else 0
    middle, least = statistics.median(sampled), statistics.median(bare)
    percent = 100 * middle / EVERY
    print(f"{len(source.read())} namespaces, {carrying} devices that carried something, {ROUNDS} rounds by turns")
    print(f"  sample    {middle * 1e3:.1f} ms of processor time (least {min(sampled) * 1e3:.1f})")
    print(f"  floor     {least * 1e3:.1f} ms (bare dumps); sample / floor {middle / least:.2f}")
    print(f"  watched   {percent:.2f} % of a core at {EVERY:.0f} s, budget {BUDGET}: {verdict(percent)}")
    print(f"  unwatched {100 * middle / 60:.3f} % of a core (a sample a minute)")


def verdict(percent: float) -> str:
    """Whether that keeps the budget."""
    return "kept" if percent <= BUDGET else "MISSED"


def main(containers: int) -> None:
    """Build, then measure inside."""
    lines = ["link add bench0 type bridge", "link set bench0 up", "addr add 10.63.0.1/16 dev bench0"]
    for number in range(containers):
        lines += [
            f"netns add n{number}",
            f"link add b{number} type veth peer name eth0 netns n{number}",
            f"link set b{number} master bench0 up",
        ]
    held = (
        f"for i in $(seq 0 {containers - 1}); do ip -n n$i link set eth0 up; ip netns exec n$i sleep 86400 & done; wait"
    )
    valkey = Valkey().start()
    try:
        with Machine(engine=False) as machine:
            machine.run(["ip", "-batch", "-"], stdin="\n".join(lines).encode())
            holders = [machine.spawn(["sh", "-c", held]), machine.spawn([sys.executable, "-c", SENDING])]
            sleeping = ["sh", "-c", "grep -lxs sleep /proc/[0-9]*/comm | wc -l"]
            wait_until(lambda: int(machine.run(sleeping, check=False)) >= containers, seconds=120, what="all processes")
            command = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "benchmarks.counters", "inside", valkey.url]
            subprocess.run(machine.enter_command(command), check=True)
            for holder in holders:
                holder.kill()
                holder.wait()
    finally:
        valkey.remove()


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
