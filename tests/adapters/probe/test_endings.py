"""How a sweep ends, and what it leaves: nothing.

test ── sweep() ──► child process ── sockets ──► namespace
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from netboard.adapters.probe.sweep import Ask
from netboard.core.errors import KernelUnavailable
from tests.adapters.probe.lab import Lab, Net, Swept, swept
from tests.support.wait import wait_until

pytestmark = pytest.mark.kernel
SLOW = Ask(cidr="10.90.0.0/24", pace=20)
"""Some 13 seconds, if nobody ends it."""

PARENT = """
import os
from pathlib import Path
from netboard.adapters.probe.sweep import Ask, sweep

def stop():
    print(Path(f"/proc/self/task/{{os.getpid()}}/children").read_text().split()[0], flush=True)
    return False

sweep("{path}", Ask(cidr="{cidr}", pace=20), lambda _: None, stop)
"""


def children() -> set[str]:
    """The processes that this thread has started and that are not waited for."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def descriptors() -> int:
    """How many this process holds."""
    return len(os.listdir("/proc/self/fd"))


def test_one_that_is_stopped_keeps_what_it_found(lab: Lab) -> None:
    known = ((lab.address(2), ""), (lab.address(3), ""))
    ask = Ask(cidr=lab.cidr, pace=20, known=known)
    found = swept(lab.hub, ask, stop=lambda so_far: len(so_far.alive) >= 3)
    assert found.code == "cancelled"
    assert {lab.address(2), lab.address(3)} <= found.alive
    assert found.told[-1].asked < found.told[-1].total


def test_one_that_runs_out_of_time_says_so(lab: Lab) -> None:
    found = swept(lab.hub, Ask(cidr=lab.cidr, pace=20, seconds=0.3))
    assert found.code == "out_of_time"


def test_one_goes_on_where_an_earlier_one_was_lost(lab: Lab) -> None:
    found = swept(lab.hub, Ask(cidr=lab.cidr, skip=10, known=((lab.address(2), ""),)))
    assert found.alive == {lab.address(number) for number in (1, 2, 10, 11, 13)}
    assert found.told[-1].asked == 256
    assert all(told.asked >= 10 for told in found.told[1:])


def test_a_namespace_that_goes_meanwhile_ends_it() -> None:
    with Lab() as lab:
        lab.add(2, 3)

        def let_go(so_far: Swept) -> bool:
            if so_far.alive:
                lab.hosts[2].close()
            return False

        found = swept(lab.hosts[2], SLOW, stop=let_go)
        assert found.code == "namespace_gone"
        assert found.alive
        # With it goes its end of the pair: nothing holds the namespace any longer.
        wait_until(lambda: "v2" not in lab.hub.run("ip", "-o", "link"), what="the vanished namespace's veth to go")


def test_a_namespace_that_is_not_there_is_told_as_such() -> None:
    assert swept("/proc/self/fd/9999", SLOW).code == "namespace_gone"


def test_a_device_that_is_not_there_is_refused_by_name(lab: Lab) -> None:
    with pytest.raises(KernelUnavailable) as caught:
        swept(lab.hub, Ask(cidr=lab.cidr, device="nope0"))
    assert caught.value.code == "device_absent"


def test_a_child_that_is_killed_is_told_of(lab: Lab) -> None:
    before = children()

    def kill(_: Swept) -> bool:
        for child in children() - before:
            os.kill(int(child), signal.SIGKILL)
        return False

    with pytest.raises(KernelUnavailable) as caught:
        swept(lab.hub, SLOW, stop=kill)
    assert caught.value.code == "probe_ended"


def test_a_child_dies_with_who_started_it(lab: Lab) -> None:
    script = PARENT.format(path=lab.hub.path, cidr=lab.cidr)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not Path(f"/proc/{child}").exists(), what="the child to end")


def test_nothing_stays_behind(lab: Lab) -> None:
    swept(lab.hub, Ask(cidr=f"{lab.net}.0/28"))
    before = descriptors(), threading.active_count(), children(), lab.hub.run("ip", "-o", "link")
    for number in range(3):
        swept(lab.hub, Ask(cidr=f"{lab.net}.0/28", methods=("arp", "icmp", "tcp"), ports=(9,)), stop=bool)
        swept(lab.hosts[2 + number], Ask(cidr="fd90::/64"))
    assert (descriptors(), threading.active_count(), children(), lab.hub.run("ip", "-o", "link")) == before


def test_the_pace_is_kept(lab: Lab) -> None:
    """By the kernel's stamps of the questions, on the wire: none comes sooner than the pace allows."""
    wire = lab.hosts[11].inside(_open)
    try:
        swept(lab.hub, Ask(cidr=f"{lab.net}.0/25", pace=400))
        stamps = _stamps(wire)
    finally:
        wire.close()
    assert len(stamps) >= 128
    assert stamps[127] - stamps[0] >= 127 / 400 - 0.04


def test_hundreds_of_namespaces_come_and_go_while_they_are_swept() -> None:
    with Lab() as lab:
        lab.add(2)
        swept(lab.hub, Ask(cidr=f"{lab.net}.0/28"))
        before = descriptors()
        ending = threading.Event()
        come = threading.Thread(target=_come_and_go, args=(lab, ending))
        come.start()
        try:
            for _ in range(4):
                found = swept(lab.hub, Ask(cidr=f"{lab.net}.0/24", known=((lab.address(2), ""),)))
                assert lab.address(2) in found.alive
        finally:
            ending.set()
            come.join()
        assert abs(descriptors() - before) <= 5


def _come_and_go(lab: Lab, ending: threading.Event) -> None:
    number = 0
    while not ending.is_set():
        net = Net()
        lab.hub.ip(f"link add w{number} type veth peer name eth0 netns {net.path}", f"link set w{number} master br0 up")
        net.ip(f"address add {lab.net}.{20 + number % 200}/24 dev eth0", "link set eth0 up")
        net.close()
        number += 1


def _open() -> socket.socket:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
    wire.bind(("eth0", 0x0806))
    wire.setblocking(False)
    return wire


def _stamps(wire: socket.socket) -> list[float]:
    found = []
    try:
        while True:
            frame, control, _, _ = wire.recvmsg(128, 64)
            if frame[:6] == b"\xff" * 6:
                seconds, nanoseconds = struct.unpack_from("qq", control[0][2])
                found.append(seconds + nanoseconds / 1e9)
    except BlockingIOError:
        return found
