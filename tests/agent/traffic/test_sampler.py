"""How often counters are read: as somebody watches, and as the readings' cost allows."""

import sys
from collections.abc import Sequence

import pytest

from netboard.adapters.bus.traffic import RedisTrafficReader, RedisTrafficWriter
from netboard.agent.traffic.sampler import Sampler
from netboard.core.probes.counters import Reading
from tests.lab.machine import Machine
from tests.lab.observed import ROOT
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

DEVICE = "h1.d.abcdef.1000.2"


class Source:
    """A device that receives 100 bytes a second; every reading costs the same."""

    def __init__(self, cost: float) -> None:
        self.now = 1000.0
        self.readings = 0
        self._cost = cost

    def read(self) -> Sequence[Reading]:
        self.readings += 1
        return [Reading("abcdef.1000", self.now, {1: (0,) * 8, 2: (5, 0, int(self.now * 100), 0, 0, 0, 0, 0)})]

    def spent(self) -> float:
        return self.readings * self._cost

    def close(self) -> None:
        pass


def at(sampler: Sampler, source: Source, *seconds: float) -> list[int]:
    """How often was read after a step so many seconds later, for each."""
    made = []
    for each in seconds:
        source.now += each
        sampler.step()
        made.append(source.readings)
    return made


def test_a_sample_a_minute_while_nobody_watches_and_as_cost_allows_while_somebody_does(valkey: Valkey) -> None:
    writer, reader = RedisTrafficWriter(valkey.url), RedisTrafficReader(valkey.url)
    source = Source(cost=0.03)
    sampler = Sampler("h1", source, writer, clock=lambda: source.now)
    assert at(sampler, source, 0, 1, 1, 57.9) == [1, 1, 1, 1]
    assert reader.latest("h1") is None
    assert at(sampler, source, 0.2, 30) == [2, 2]
    latest = reader.latest("h1")
    assert latest
    assert latest.traffic["rates"] == {DEVICE: [0.0, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0]}
    assert latest.totals[DEVICE][0] == 5
    assert set(latest.totals) == {DEVICE}

    reader.watch("h1")
    assert at(sampler, source, 0.1) == [3], "who begins to watch is not kept waiting"
    assert at(sampler, source, 1.0, 0.9, 0.2, 1.9, 0.2) == [3, 3, 4, 4, 5], "30 ms a reading: every 2 s"
    with valkey.client() as client:
        client.delete("netboard:host:h1:watched")
    assert at(sampler, source, 10, 10) == [5, 5]
    past = reader.past("h1")
    assert [one["interval"] for one in past] == [60.1, 30.1, 2.1, 2.1]
    writer.close()
    reader.close()


INSIDE = """
import sys, threading
from pathlib import Path
from netboard.agent.traffic.part import TrafficPart
from netboard.wiring.settings import Settings
TrafficPart(Settings(redis_url=sys.argv[1], host_id="h1", data=Path("/nowhere"))).run(threading.Event())
"""

SEND = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    for _ in range(100):
        wire.sendto(bytes(1000), ("10.62.0.255", 9))
"""


@pytest.mark.kernel
def test_what_passes_a_real_device_is_told_while_somebody_watches(valkey: Valkey) -> None:
    reader = RedisTrafficReader(valkey.url)
    with Machine(engine=False) as machine:
        machine.ip("link add name cnt0 index 7001 type veth peer name cnt1 index 7002")
        for name in ("cnt0", "cnt1"):
            machine.ip(f"link set {name} up")
        machine.ip("addr add 10.62.0.1/24 dev cnt0")
        process = machine.spawn(["env", f"PYTHONPATH={ROOT}", sys.executable, "-c", INSIDE, valkey.url])
        try:

            def told() -> object:
                reader.watch("h1")
                machine.run([sys.executable, "-c", SEND])
                latest = reader.latest("h1")
                rates = latest.traffic["rates"] if latest else {}
                sent = [rate[1] for device, rate in rates.items() if device.endswith(".7001")]
                received = [rate[0] for device, rate in rates.items() if device.endswith(".7002")]
                return sent and received and sent[0] > 0 and received[0] > 0

            wait_until(told, seconds=60, every=0.3, what="the pair's traffic")
        finally:
            process.kill()
            process.wait(60)
    reader.close()
