"""The agent's second look at a sweep: what its own engine reports decides, whatever the order says."""

import time
import tracemalloc
from typing import Any, cast

import pytest

from netboard.agent.probes import ground, task
from netboard.core.errors import Invalid, NetboardError
from netboard.core.model import Container, Endpoint, Network, Subnet
from netboard.core.ports import Interface
from netboard.core.probes.model import SweepJob
from netboard.core.probes.ports import Child

BRIDGE = Network("b" * 64, "web", "bridge", subnets=(Subnet("10.10.0.0/24", "10.10.0.1"),))
MACVLAN = Network(
    "m" * 64, "lan", "macvlan", subnets=(Subnet("192.168.58.0/24"),), options=(("parent", "par0"),)
)  # fmt: skip
OVERLAY = Network("o" * 25, "mesh", "overlay", scope="swarm", subnets=(Subnet("10.30.0.0/24"),))


class Engine:
    """An engine's answers, given."""

    def __init__(self, *containers: Container) -> None:
        self._containers = {each.id: each for each in containers}

    def networks(self) -> list[Network]:
        return [BRIDGE, MACVLAN, OVERLAY]

    def containers(self) -> list[Container]:
        return list(self._containers.values())

    def container(self, container: str) -> Container | None:
        return self._containers.get(container)

    def members(self, network: str) -> list[str]:
        return [
            each.id
            for each in self._containers.values()
            if each.state == "running" and any(end.network == network for end in each.endpoints)
        ]


class Kernel:
    """One way out, by one device."""

    def __init__(self, device: str = "") -> None:
        self._device = device

    def inside(self, sandbox: str) -> list[Interface]:
        return []

    def way_to(self, address: str) -> str:
        return self._device


def container(letter: str, *networks: Network, pid: int = 77) -> Container:
    ends = tuple(Endpoint(network.id, network.name) for network in networks)
    return Container(letter * 64, f"c{letter}", "i", "running" if pid else "exited", pid=pid, endpoints=ends)


def job(cidr: str, network: str = "", source: str = "", **more: Any) -> SweepJob:
    limits = {"allowed": [], "opened": [], "pace": 1000.0, "seconds": 60.0, **more}
    whole = {
        "sweep": "s", "token": 1, "cidr": cidr, "network": network, "source": {"container": source} if source else {},
        "methods": [], "ports": [], "known": [], "limits": limits, "skip": 0,
    }  # fmt: skip
    return task.read(cast("Any", whole))


def refused(asked: SweepJob, engine: Engine | None = None, device: str = "") -> str:
    with pytest.raises(NetboardError) as raised:
        ground.plan(asked, engine or Engine(), Kernel(device))
    return raised.value.code


@pytest.mark.parametrize(
    "cidr",
    ["0.0.0.0/0", "::/0", "0.0.0.0/1", "127.0.0.0/8", "224.0.0.0/4", "10.10.0.5/24", "8.8.8.8/32", "10.10.0.0/15", "x"],
)
def test_what_is_no_network_of_this_host_is_refused_at_once_and_in_little_memory(cidr: str) -> None:
    tracemalloc.start()
    try:
        before = time.thread_time()
        code = refused(job(cidr, allowed=["0.0.0.0/0"] if cidr == "x" else []))
        print(f"{cidr}: {code}, {(time.thread_time() - before) * 1000:.1f} ms")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_bridge_is_asked_from_the_host() -> None:
    plan = ground.plan(job("10.10.0.0/24", BRIDGE.id), Engine(), Kernel())
    assert [(each["address"], each["kind"]) for each in plan.gateways] == [("10.10.0.1", "gateway")]
    assert (plan.cidr, plan.network, plan.namespace, plan.child) == ("10.10.0.0/24", BRIDGE.id, "", None)
    assert ground.plan(job("10.10.0.128/25"), Engine(), Kernel("eth0")).network == BRIDGE.id


def test_a_network_that_reaches_out_has_to_be_opened() -> None:
    assert refused(job("192.168.58.0/24", MACVLAN.id)) == "network_not_opened"
    opened = job("192.168.58.0/24", MACVLAN.id, opened=[MACVLAN.id])
    assert ground.plan(opened, Engine(), Kernel()).child == Child("par0", "bridge")
    there = ground.plan(opened, Engine(container("a", MACVLAN)), Kernel())
    assert (there.child, there.namespace) == (None, "/proc/77/ns/net")


def test_an_overlay_is_asked_from_one_of_its_containers() -> None:
    asked = job("10.30.0.0/24", OVERLAY.id)
    assert refused(asked) == "no_source"
    assert refused(asked, Engine(container("a", OVERLAY, pid=0))) == "no_source"
    assert ground.plan(asked, Engine(container("a", OVERLAY)), Kernel()).namespace == "/proc/77/ns/net"


def test_from_a_container() -> None:
    inside = container("a", BRIDGE)
    assert ground.plan(job("10.10.0.0/24", BRIDGE.id, inside.id), Engine(inside), Kernel()).namespace
    assert refused(job("10.10.0.0/24", BRIDGE.id, "f" * 64)) == "source_gone"
    stopped = container("c", BRIDGE, pid=0)
    assert refused(job("10.10.0.0/24", BRIDGE.id, stopped.id), Engine(stopped)) == "source_stopped"


def test_nothing_leaves_the_machine_by_a_pool_or_by_a_container_that_reaches_out() -> None:
    pooled = job("172.20.0.0/24", allowed=["172.20.0.0/16"])
    assert refused(pooled, device="eth0") == "range_leaves_machine"
    assert ground.plan(pooled, Engine(), Kernel("")).network == ""
    outward = container("a", MACVLAN)
    asked = job("10.10.0.0/24", BRIDGE.id, outward.id)
    assert refused(asked, Engine(outward)) == "range_leaves_machine"
    both = container("a", MACVLAN, BRIDGE)
    assert ground.plan(asked, Engine(both), Kernel()).network == BRIDGE.id


def test_a_network_that_is_gone_or_another_range_is_refused() -> None:
    assert refused(job("10.10.0.0/24", "e" * 64)) == "network_gone"
    assert refused(job("10.30.0.0/24", BRIDGE.id)) == "range_not_of_network"


@pytest.mark.parametrize("limits", [{"pace": 0.0}, {"seconds": 10_000.0}, {"pace": "fast"}])
def test_a_malformed_job_is_invalid(limits: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        job("10.10.0.0/24", **limits)
