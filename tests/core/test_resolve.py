"""What is concluded from which facts: one small topology a test, drawn above it."""

from collections.abc import Iterable
from typing import Final

import pytest

from netboard.core.model import Address, Container, Endpoint, Facts, Link, Namespace, Network, Source, Subnet
from netboard.core.ports import HostGraph
from netboard.core.resolve import Resolver
from netboard.core.wire import Edge

HOME: Final = "b.1"
BOX: Final = "b.2"
OTHER: Final = "b.3"
C1: Final = "c1" * 32
C2: Final = "c2" * 32
NET: Final = "0123456789ab" + "0" * 52


def device(space: str, ifindex: int, kind: str = "veth", name: str = "", **more: object) -> Link:
    """A device that is up."""
    made = Link(
        space, ifindex, name or f"{kind}{ifindex}", kind, f"02:42:00:00:00:{ifindex:02x}", 1500, True, True, "up"
    )
    return made._replace(**more)  # type: ignore[arg-type]


def space(key: str, *nsids: tuple[int, str], **more: object) -> Namespace:
    """A namespace that numbers others so."""
    return Namespace(key, 5, is_host=key == HOME, nsids=nsids)._replace(**more)  # type: ignore[arg-type]


def resolve(*things: Link | Namespace | Container | Network, engine: str = "live") -> HostGraph:
    """The graph of host `h` with these facts."""
    facts = Facts("h", sources={"engine": Source("live" if engine == "live" else "stale")})
    for thing in things:
        match thing:
            case Link():
                facts.links[(thing.namespace, thing.ifindex)] = thing
            case Namespace():
                facts.namespaces[thing.key] = thing
            case Container():
                facts.containers[thing.id] = thing
            case Network():
                facts.networks[thing.id] = thing
    resolver = Resolver("h")
    resolver.update(facts, None)
    return resolver.graph()


def edges(graph: HostGraph, kind: str) -> list[Edge]:
    """The edges of a kind, by id."""
    return [edge for _, edge in sorted(graph.edges.items()) if edge["kind"] == kind]


def codes(graph: HostGraph, node: str) -> set[str]:
    """The codes of a node's warnings."""
    return {warning["code"] for warning in graph.nodes[node]["warnings"]}


PAIRS: Final = {
    "both ends name each other through the namespaces' own numbers": (
        [space(HOME, (3, BOX)), space(BOX, (0, HOME))],
        [device(HOME, 41, link=40, link_nsid=3), device(BOX, 40, link=41, link_nsid=0)],
        ("h.d.b.1.41", "h.d.b.2.40", "IFLA_LINK 40 in nsid 3"),
    ),
    "both ends in one namespace need no number": (
        [space(HOME)],
        [device(HOME, 5, link=6), device(HOME, 6, link=5)],
        ("h.d.b.1.5", "h.d.b.1.6", "IFLA_LINK 6 in the same namespace"),
    ),
    "equal indexes at both ends, as new kernels tell them": (
        [space(HOME, (3, BOX)), space(BOX, (0, HOME))],
        [device(HOME, 77, link=77, link_nsid=3), device(BOX, 77, link=77, link_nsid=0)],
        ("h.d.b.1.77", "h.d.b.2.77", "IFLA_LINK 77 in nsid 3"),
    ),
    "equal indexes at both ends, left out by old kernels": (
        [space(HOME, (3, BOX)), space(BOX, (0, HOME))],
        [device(HOME, 7, link_nsid=3), device(BOX, 7, link_nsid=0)],
        ("h.d.b.1.7", "h.d.b.2.7", "no IFLA_LINK: the same index 7 in nsid 3"),
    ),
    "one end names the other, which has no number for it": (
        [space(HOME), space(BOX, (0, HOME))],
        [device(HOME, 41, link=40), device(BOX, 40, link=41, link_nsid=0)],
        ("h.d.b.1.41", "h.d.b.2.40", "IFLA_LINK 41 in nsid 0, said by the other end"),
    ),
    "a third device with the same index elsewhere changes nothing": (
        [space(HOME, (3, BOX)), space(BOX, (0, HOME)), space(OTHER)],
        [device(HOME, 41, link=40, link_nsid=3), device(BOX, 40, link=41, link_nsid=0), device(OTHER, 40, "nic")],
        ("h.d.b.1.41", "h.d.b.2.40", "IFLA_LINK 40 in nsid 3"),
    ),
}


@pytest.mark.parametrize(("spaces", "devices", "expected"), PAIRS.values(), ids=PAIRS.keys())
def test_a_pair_is_one_edge(
    spaces: Iterable[Namespace], devices: Iterable[Link], expected: tuple[str, str, str]
) -> None:
    """[home: 41] ─peer─ [box: 40]"""
    (edge,) = edges(resolve(*spaces, *devices), "peer")
    assert (edge["source"], edge["target"], edge["evidence"]) == expected
    assert edge["certain"]


def test_two_that_may_be_the_peer_are_candidates_and_none_is_guessed() -> None:
    """[home: 7 → 7?]   [box: 7 → 7?]   [other: 7 → 7?]"""
    graph = resolve(space(HOME), space(BOX), space(OTHER), device(HOME, 7), device(BOX, 7), device(OTHER, 7))
    first = edges(graph, "peer")[0]
    assert (first["target"], first["certain"]) == (None, False)
    assert first["candidates"] == ["h.d.b.2.7", "h.d.b.3.7"]
    assert codes(graph, "h.d.b.1.7") == {"peer_undecided"}


def test_two_that_contradict_each_other_are_undecided() -> None:
    """[home: 41 → 40 in box]   [box: 40 → 9 in home]"""
    graph = resolve(
        *(space(HOME, (3, BOX)), space(BOX, (0, HOME))),
        *(device(HOME, 41, link=40, link_nsid=3), device(BOX, 40, link=9, link_nsid=0)),
    )
    assert codes(graph, "h.d.b.1.41") == {"peer_undecided"}
    assert codes(graph, "h.d.b.2.40") == {"peer_outside"}


def test_a_peer_outside_the_visible_is_an_edge_to_nothing() -> None:
    """[home: 41] ─peer─ ?"""
    graph = resolve(space(HOME), device(HOME, 41, link=40, link_nsid=9))
    (edge,) = edges(graph, "peer")
    assert (edge["target"], edge["certain"], "candidates" in edge) == (None, False, False)
    assert codes(graph, "h.d.b.1.41") == {"peer_outside"}


def test_a_macvlan_sits_on_a_device_of_another_namespace() -> None:
    """[box: eth0 macvlan] ─lower─► [home: ens4]"""
    graph = resolve(
        space(HOME), space(BOX, (0, HOME)), device(HOME, 3, "nic"), device(BOX, 9, "macvlan", link=3, link_nsid=0)
    )
    (edge,) = edges(graph, "lower")
    assert (edge["source"], edge["target"], edge["certain"]) == ("h.d.b.2.9", "h.d.b.1.3", True)


def test_a_vxlan_is_carried_by_what_its_own_attribute_names() -> None:
    """[box: vxlan0] ─underlay─► [home: ens3]"""
    vxlan = device(BOX, 9, "vxlan", link=9, link_nsid=0, detail=(("link", 3), ("vni", 7)))
    graph = resolve(space(HOME), space(BOX, (0, HOME)), device(HOME, 3, "nic"), vxlan)
    (edge,) = edges(graph, "underlay")
    assert (edge["target"], edge["evidence"]) == ("h.d.b.1.3", "IFLA_VXLAN_LINK 3 in nsid 0")


BRIDGES: Final = {
    "the engine's own name": (Network(NET, "shop", "bridge"), "br-0123456789ab"),
    "a name that was asked for": (
        Network(NET, "shop", "bridge", options=(("com.docker.network.bridge.name", "shop0"),)),
        "shop0",
    ),
    "docker0": (Network(NET, "bridge", "bridge"), "docker0"),
}


@pytest.mark.parametrize(("network", "name"), BRIDGES.values(), ids=BRIDGES.keys())
def test_a_bridge_carries_the_network_of_its_name(network: Network, name: str) -> None:
    """[bridge] ─implements─► [network]"""
    graph = resolve(space(HOME), network, device(HOME, 4, "bridge", name))
    (edge,) = edges(graph, "implements")
    assert (edge["source"], edge["target"]) == ("h.d.b.1.4", "h.w.0123456789ab0000")
    missing = resolve(space(HOME), network)
    assert codes(missing, "h.w.0123456789ab0000") == {"bridge_missing"}


def test_a_bridge_without_network_is_orphaned_only_while_the_engine_speaks() -> None:
    bridge = device(HOME, 4, "bridge", "br-0123456789ab")
    assert codes(resolve(space(HOME), bridge), "h.d.b.1.4") == {"bridge_orphaned"}
    assert codes(resolve(space(HOME), bridge, engine="stale"), "h.d.b.1.4") == set()


def test_an_overlay_is_one_node_of_the_fleet_and_its_own_namespace_carries_it() -> None:
    """[1-vvvvvvvvvv: br0, vxlan0] ─implements─► [fleet: mesh]"""
    overlay = Network("v" * 25, "mesh", "overlay", scope="swarm")
    there = space(BOX, names=(f"/run/docker/netns/1-{'v' * 10}",))
    graph = resolve(space(HOME), there, overlay, device(BOX, 2, "bridge", "br0"), device(BOX, 3, "vxlan"))
    node = graph.nodes[f"fleet.w.{'v' * 16}"]
    assert (node["host"], node["parent"]) == (None, None)
    assert [edge["target"] for edge in edges(graph, "implements")] == [node["id"]] * 2


PLACES: Final = {
    "its sandbox is mounted": (
        Container(C1, "web", "i", "running", sandbox="/var/run/docker/netns/s"),
        space(BOX, names=("/run/docker/netns/s",)),
        "sandbox /var/run/docker/netns/s",
    ),
    "its process is in it": (Container(C1, "web", "i", "running", pid=7), space(BOX, pids=(7,)), "process 7"),
    "a cgroup of its is in it": (
        Container(C1, "web", "i", "running"),
        space(BOX, containers=(C1,)),
        f"cgroup of a process holds {C1[:12]}",
    ),
}


@pytest.mark.parametrize(("container", "there", "evidence"), PLACES.values(), ids=PLACES.keys())
def test_a_container_is_in_a_namespace_because(container: Container, there: Namespace, evidence: str) -> None:
    """[box] ─contains─► [web]"""
    graph = resolve(space(HOME), there, container)
    assert graph.nodes[f"h.c.{C1[:16]}"]["namespace"] == "h.n.b.2"
    assert graph.edges[f"h.c.{C1[:16]}.in"]["evidence"] == evidence
    assert graph.nodes["h.n.b.2"]["facts"]["docker"] is True
    assert graph.nodes["h.n.b.2"]["name"] == "web"


def test_a_container_may_share_another_ones_namespace_or_the_hosts() -> None:
    """[box] ─contains─► [web], [sidecar: container:web]        [home] ─contains─► [exporter: host]"""
    web = Container(C1, "web", "i", "running", pid=7)
    sidecar = Container(C2, "sidecar", "i", "running", network_mode=f"container:{C1}", pid=8)
    graph = resolve(space(HOME), space(BOX, pids=(7,)), web, sidecar)
    assert graph.nodes[f"h.c.{C2[:16]}"]["namespace"] == "h.n.b.2"
    exporter = resolve(space(HOME), Container(C1, "exporter", "i", "running", network_mode="host", pid=9))
    assert exporter.nodes[f"h.c.{C1[:16]}"]["namespace"] == "h.n.b.1"


ENDPOINT: Final = Endpoint(NET, "shop", "e" * 64, "10.0.0.2/24", mac="02:42:00:00:00:09")
AGREEMENT: Final = {
    "the device has the address": (device(BOX, 9, addresses=(Address("10.0.0.2/24"),)), set(), True),
    "the device has another address": (device(BOX, 9, addresses=(Address("10.0.0.7/24"),)), {"address_differs"}, True),
    "the device has another MAC": (
        device(BOX, 9, addresses=(Address("10.0.0.2/24"),), mac="02:42:00:00:00:aa"),
        {"mac_differs"},
        True,
    ),
    "there is no such device": (device(BOX, 1, "loopback", "lo"), {"endpoint_without_interface"}, False),
}


@pytest.mark.parametrize(("inside", "warnings", "certain"), AGREEMENT.values(), ids=AGREEMENT.keys())
def test_engine_and_kernel_are_compared(inside: Link, warnings: set[str], certain: bool) -> None:
    """[web] ─endpoint 10.0.0.2─► [shop]        [box: eth0 10.0.0.?]"""
    web = Container(C1, "web", "i", "running", pid=7, network_mode="shop", endpoints=(ENDPOINT,))
    network = Network(NET, "shop", "macvlan", subnets=(Subnet("10.0.0.0/30", "10.0.0.1"),))
    graph = resolve(space(HOME), space(BOX, pids=(7,)), web, network, inside)
    assert codes(graph, f"h.c.{C1[:16]}") == warnings
    (edge,) = edges(graph, "endpoint")
    assert edge["certain"] is certain
    assert codes(graph, "h.w.0123456789ab0000") == {"subnet_full"}


def test_without_the_kernels_side_every_relation_says_that_the_engine_alone_tells_it() -> None:
    web = Container(C1, "web", "i", "running", pid=7, endpoints=(ENDPOINT,))
    graph = resolve(web, Network(NET, "shop", "bridge"))
    (edge,) = edges(graph, "endpoint")
    assert (edge["certain"], edge["evidence"]) == (False, "engine only")
    assert graph.nodes[f"h.c.{C1[:16]}"]["parent"] == "h"
    assert codes(graph, "h.w.0123456789ab0000") == set(), "nobody could see the bridge"


STATES: Final = {
    "a bridge without ports needs no carrier": ([device(HOME, 4, "bridge", carrier=False)], "up", set()),
    "a bridge whose ports are silent is down": (
        [device(HOME, 4, "bridge", carrier=False), device(HOME, 5, "nic", master=4)],
        "down",
        {"no_carrier"},
    ),
    "what is switched off is down": ([device(HOME, 4, "vlan", up=False)], "down", {"link_down"}),
    "a loopback that is off is no fault": ([device(HOME, 4, "loopback", "lo", up=False)], "down", set()),
    "what the kernel itself makes is no fault": ([device(HOME, 4, "sit", "sit0", up=False)], "down", set()),
    "a duplicate address that the kernel found": (
        [device(HOME, 4, "nic", addresses=(Address("fe80::1/64", flags=("dadfailed",)),))],
        "up",
        {"duplicate_address"},
    ),
}


@pytest.mark.parametrize(("devices", "state", "warnings"), STATES.values(), ids=STATES.keys())
def test_the_state_of_a_device(devices: list[Link], state: str, warnings: set[str]) -> None:
    graph = resolve(space(HOME), *devices)
    assert graph.nodes["h.d.b.1.4"]["state"] == state
    assert codes(graph, "h.d.b.1.4") == warnings
