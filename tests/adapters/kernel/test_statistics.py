"""The counters of real devices, against what `ip -s link` says.

machine [cnt0 #7001] ─veth─ [cnt1 #7002] namespace "counted"
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.lab.machine import Machine
from tests.lab.observed import ROOT
from tests.support.wait import wait_until

pytestmark = pytest.mark.kernel

SEND = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
    for _ in range(200):
        wire.sendto(bytes(1000), ("10.61.0.2", 9))
"""


class Counting:
    """The reader inside the machine."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, question: str) -> Any:
        """Its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def counters(self) -> dict[int, list[int]]:
        """Of the devices with these indexes, wherever they are."""
        return {
            int(index): values
            for devices in self.ask("read").values()
            for index, values in devices.items()
            if index in ("7001", "7002")
        }


@contextmanager
def counting(machine: Machine) -> Iterator[Counting]:
    """Start it, end it."""
    command = machine.enter_command(
        [
            *("setpriv", "--pdeathsig", "KILL", "env", f"PYTHONPATH={ROOT}"),
            *(sys.executable, "-m", "tests.adapters.kernel.counting"),
        ]
    )
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Counting(process)
    finally:
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.stdout.close()
        process.wait(60)


def said(machine: Machine, namespace: str) -> dict[int, list[int]]:
    """What `ip` says of the two devices, in the order of `counters.NAMES`."""
    enter = ["-n", namespace] if namespace else []
    found = json.loads(machine.run(["ip", *enter, "-s", "-j", "link"]))
    names = ("packets", "bytes", "errors", "dropped")
    return {
        link["ifindex"]: [link["stats64"][way][name] for name in names for way in ("rx", "tx")]
        for link in found
        if link["ifindex"] in (7001, 7002)
    }


def test_counters_are_what_the_kernel_says_and_nothing_of_netboard_stays_behind(bare: Machine) -> None:
    bare.ip("netns add counted")
    bare.ip("link add name cnt0 index 7001 type veth peer name cnt1 index 7002 netns counted")
    bare.ip("link set cnt1 up", "counted")
    bare.ip("link set cnt0 up")
    bare.ip("addr add 10.61.0.1/24 dev cnt0")
    bare.ip("addr add 10.61.0.2/24 dev cnt1", "counted")
    with counting(bare) as reader:
        first = reader.counters()
        assert set(first) == {7001, 7002}
        before = reader.ask("self")
        bare.run([sys.executable, "-c", SEND])
        low = {**said(bare, ""), **said(bare, "counted")}
        told = reader.counters()
        high = {**said(bare, ""), **said(bare, "counted")}
        for index, values in told.items():
            assert all(a <= b <= c for a, b, c in zip(low[index], values, high[index], strict=True)), (
                low[index],
                values,
                high[index],
            )
        assert told[7001][1] - first[7001][1] >= 200
        assert told[7001][3] - first[7001][3] >= 200 * 1000
        assert told[7002][0] - first[7002][0] >= 200
        assert reader.ask("self") == before, "every thread is at home, no descriptor is left"

        bare.ip("netns del counted")
        wait_until(lambda: not said(bare, ""), what="the pair to go with its namespace, which nobody holds")
        assert reader.counters() == {}
