"""What is lost with a node, on a simulated host.

[shop-web] ─veth─ [br-front] ─┐
[shop-api] ─veth─ [br-front]  ├─ host ─ [ens3] ─ outside
[shop-api] ─veth─ [br-back]     (internal: no way to the host)
[plc-gateway] macvlan ─ [ens4.30] ─ [ens4] ─ outside
"""

import pytest

from netboard.adapters.simulated.machine import Machine
from netboard.core.errors import Missing
from netboard.core.impact import impact
from netboard.core.ports import HostGraph
from netboard.core.resolve import Resolver


@pytest.fixture(scope="module")
def graph() -> HostGraph:
    machine = Machine("h1", 0, 12, seed=1)
    resolver = Resolver("h1")
    resolver.update(machine.facts, None)
    return resolver.graph()


def _id(graph: HostGraph, kind: str, name: str) -> str:
    return next(id for id, node in graph.nodes.items() if (node["kind"], node["name"]) == (kind, name))


def _losses(graph: HostGraph, failed: str) -> dict[str, set[str]]:
    """Names instead of ids."""
    return {
        graph.nodes[loss["container"]]["name"]: {
            graph.nodes[id]["name"] if id in graph.nodes else id for id in loss["loses"]
        }
        for loss in impact(graph.nodes, graph.edges, failed)
    }


def test_without_its_bridge_a_network_is_lost_to_all_on_it_and_with_it_the_outside(graph: HostGraph) -> None:
    front = graph.nodes[_id(graph, "network", "shop_front")]
    lost = _losses(graph, _id(graph, "bridge", str(front["facts"]["bridge"])))
    assert lost.keys() == {"shop-web", "shop-api", "grafana", "shop-sidecar", "node-exporter"}
    assert lost["shop-web"] >= {"shop_front", "outside"}
    assert lost["shop-api"] == {"shop_front", "outside", "shop-sidecar"}


def test_without_its_veth_a_container_is_lost_and_lost_to_the_others(graph: HostGraph) -> None:
    database = _id(graph, "container", "shop-db")
    device = next(
        id
        for id, node in graph.nodes.items()
        if node["namespace"] == graph.nodes[database]["namespace"] and node["kind"] == "veth"
    )
    lost = _losses(graph, device)
    assert lost["shop-db"] == {"shop_back"}
    assert lost["shop-cache"] == {"shop-db"}
    assert "shop-web" not in lost, "which never reached it"


def test_without_the_uplink_everybody_with_a_way_out_loses_the_outside_only(graph: HostGraph) -> None:
    lost = _losses(graph, _id(graph, "nic", "ens3"))
    assert lost["shop-web"] == {"outside"}
    assert "shop-db" not in lost, "its network is internal"
    assert "plc-gateway" not in lost, "which has a way of its own"


def test_without_the_parent_a_macvlan_network_is_lost(graph: HostGraph) -> None:
    lost = _losses(graph, _id(graph, "vlan", "ens4.30"))
    assert lost == {"plc-gateway": {"plant", "outside"}}


def test_without_the_host_everything_is_lost(graph: HostGraph) -> None:
    assert _losses(graph, "h1")["shop-web"] >= {"shop_front", "outside"}


def test_a_stopped_container_loses_nothing_and_is_no_loss(graph: HostGraph) -> None:
    assert "nightly-report" not in _losses(graph, "h1")
    assert _losses(graph, _id(graph, "container", "nightly-report")) == {}


def test_what_the_engine_alone_tells_still_answers() -> None:
    machine = Machine("h1", 0, 6, seed=1)
    machine.facts.namespaces.clear()
    machine.facts.links.clear()
    resolver = Resolver("h1")
    resolver.update(machine.facts, None)
    graph = resolver.graph()
    lost = _losses(graph, _id(graph, "network", "shop_back"))
    assert lost["shop-db"] == {"shop_back"}
    assert lost["shop-api"] == {"shop_back"}


def test_a_node_that_is_not_there_is_named(graph: HostGraph) -> None:
    with pytest.raises(Missing):
        impact(graph.nodes, graph.edges, "h1.d.gone.1.1")
