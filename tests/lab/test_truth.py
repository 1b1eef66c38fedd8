"""The graph is what the kernel lists: every device a node, every pair, port and lower device an edge, nothing else."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.lab import oracle, truth
from tests.lab.machine import Machine
from tests.lab.observed import ROOT, Observed
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.kernel]


def wait_for_truth(machine: Machine, observed: Observed) -> None:
    """Until graph and kernel agree; then a comparison must find nothing, and a fresh resolver the same graph."""

    def is_true() -> bool:
        wrong = truth.differences(observed.graph(), oracle.ask(machine, sys.executable, ROOT))
        assert wrong == []
        return True

    wait_until(is_true, seconds=60, every=0.3, what="the graph to be what the kernel lists")
    assert observed.differences() == 0
    assert observed.ask("differs") == []


@contextmanager
def containers(machine: Machine, *names: tuple[str, str]) -> Iterator[list[str]]:
    """Containers by name and network, removed at the end."""
    made: list[str] = []
    try:
        for name, network in names:
            made.append(machine.container(name, network))
        yield made
    finally:
        for one in made:
            machine.engine.remove_container(one, force=True)


@contextmanager
def network(machine: Machine, name: str, driver: str = "bridge", subnet: str = "", **options: object) -> Iterator[str]:
    """A network, removed at the end."""
    made = machine.network(name, driver, subnet, **options)
    try:
        yield made
    finally:
        wait_until(lambda: _removed(machine, made), what=f"network {name} to be removable")


def _removed(machine: Machine, made: str) -> bool:
    try:
        machine.engine.remove_network(made)
    except Exception as error:
        raise AssertionError(str(error)) from error
    return True


def test_a_container_on_three_networks(machine: Machine, observed: Observed) -> None:
    """
    [a] ─ eth0 ─ n1      three pairs, three bridges
        ─ eth1 ─ n2
        ─ eth2 ─ n3
    """
    with ExitStack() as stack:
        nets = [stack.enter_context(network(machine, f"three{i}", subnet=f"10.71.{i}.0/24")) for i in range(3)]
        (made,) = stack.enter_context(containers(machine, ("three-a", nets[0])))
        for one in nets[1:]:
            machine.engine.connect_container_to_network(made, one)
        wait_for_truth(machine, observed)
        graph = observed.graph()
        node = next(node for node in graph["nodes"] if node["kind"] == "container" and node["facts"]["id"] == made)
        endpoints = [edge for edge in graph["edges"] if edge["kind"] == "endpoint" and edge["source"] == node["id"]]
        assert len(endpoints) == 3
        inside = [one for one in graph["nodes"] if one["namespace"] == node["namespace"] and one["kind"] == "veth"]
        assert len(inside) == 3
        machine.engine.disconnect_container_from_network(made, nets[1])
        wait_for_truth(machine, observed)
    wait_for_truth(machine, observed)


def test_macvlan_on_a_veth_parent(machine: Machine, observed: Observed) -> None:
    """[a] ─ eth0 (macvlan) ─ par0 ═ par1: the lower device of what is in the container is on the host."""
    machine.ip("link add par0 type veth peer name par1")
    machine.ip("link set par0 up")
    machine.ip("link set par1 up")
    with (
        network(machine, "mv", "macvlan", "10.72.0.0/24", options={"parent": "par0"}) as net,
        containers(machine, ("mv-a", net)),
    ):
        wait_for_truth(machine, observed)
        assert any(edge["kind"] == "lower" for edge in observed.graph()["edges"])
    machine.ip("link del par0")
    wait_for_truth(machine, observed)


def test_an_overlay_network(machine: Machine, observed: Observed) -> None:
    """[a] ─ eth0 ═ veth ─ br0 ─ vxlan0: bridge and vxlan live in a namespace that only a mount holds."""
    machine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    try:
        with (
            network(machine, "ov", "overlay", "10.73.0.0/24", attachable=True) as net,
            containers(machine, ("ov-a", net)),
        ):
            wait_for_truth(machine, observed)
            assert any(node["kind"] == "vxlan" for node in observed.graph()["nodes"])
    finally:
        machine.docker("swarm", "leave", "--force")
    wait_for_truth(machine, observed)


def test_equal_indexes_at_both_ends_and_veth_between_containers(machine: Machine, observed: Observed) -> None:
    """
    [a] ═ x ─────── y ═ [b]     no bridge between
    [a] ═ 77 ══════ 77 ═ [b]    one index, twice
    """
    with containers(machine, ("eq-a", "none"), ("eq-b", "none")) as (first, second):
        a, b = str(machine.pid_of(first)), str(machine.pid_of(second))
        machine.ip(f"link add x netns {a} type veth peer name y netns {b}")
        machine.ip(f"link add q netns {a} index 77 type veth peer name r index 77 netns {b}")
        wait_for_truth(machine, observed)
        found = [pair for kind, pair in truth.shown_relations(observed.graph()) if kind == "peer"]
        assert any({index for _, index in pair} == {77} for pair in found)
    wait_for_truth(machine, observed)


def test_renamed_and_moved_devices(machine: Machine, observed: Observed) -> None:
    """One end of a pair is renamed and moved along from namespace to namespace; the other stays: still one pair."""
    for name in ("m1", "m2"):
        machine.ip(f"netns add {name}")
    machine.ip("link add stay type veth peer name go")
    machine.ip("link set go netns m1")
    wait_for_truth(machine, observed)
    machine.ip("link set go name gone", "m1")
    machine.ip("link set gone netns m2", "m1")
    wait_for_truth(machine, observed)
    machine.ip("link set gone netns 1", "m2")
    wait_for_truth(machine, observed)
    machine.ip("link del stay")
    for name in ("m1", "m2"):
        machine.ip(f"netns del {name}")
    wait_for_truth(machine, observed)


def test_namespaces_that_only_a_process_or_a_mount_elsewhere_holds(machine: Machine, observed: Observed) -> None:
    """`unshare -n` with a veth inside; and a namespace mounted at a path that no tool knows."""
    holder = machine.spawn(["unshare", "-n", "sh", "-c", "ip link add in0 type veth peer name in1; exec sleep 86400"])
    machine.run(["sh", "-c", "mkdir -p /run/else where; touch /run/else/where"])
    machine.run(["unshare", "-n", "sh", "-c", "mount --bind /proc/self/ns/net /run/else/where"])
    wait_for_truth(machine, observed)
    names = [name for one in observed.facts()["namespaces"] for name in one["names"]]
    assert "/run/else/where" in names
    holder.kill()
    holder.wait()
    machine.run(["umount", "/run/else/where"])
    wait_for_truth(machine, observed)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("count", [30, pytest.param(200, marks=pytest.mark.soak)])
def test_many_containers_on_five_bridges(count: int) -> None:
    """Two hundred take over a minute to make, so that number is for the long run. They end with their machine."""
    with Machine() as machine, Observed(machine) as observed:
        nets = [machine.network(f"five{i}", subnet=f"10.74.{i}.0/24") for i in range(5)]
        machine.containers([(f"many{i}", nets[i % 5]) for i in range(count)])
        wait_for_truth(machine, observed)
        pairs = [kind for kind, _ in truth.shown_relations(observed.graph()) if kind == "peer"]
        assert len(pairs) == count
