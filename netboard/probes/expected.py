"""What a sweep's host knows before it: networks, what is expected on them, and from where a range may be asked."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from netboard.core.errors import Conflict, Missing
from netboard.core.ids import class_of
from netboard.core.ports import HostGraph
from netboard.core.probes.limits import INSIDE, Address, Net
from netboard.core.probes.model import Known
from netboard.core.wire import Edge, Node
from netboard.networks import graphs


def graph_of(host: str) -> HostGraph:
    """The graph of a host that has reported. Raises `Missing`, `BusUnavailable`."""
    graph = graphs.of(host)
    if graph is None:
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})
    return graph


def full(node: Node) -> str:
    """A network's or container's full engine id."""
    return str(node["facts"].get("id") or "")


def subnets(node: Node) -> list[dict[str, Any]]:
    """A network's subnets as the engine tells them."""
    listed: Any = node["facts"].get("subnets")
    return [each for each in listed or [] if isinstance(each, dict) and each.get("subnet")]


def net_of(node: Node) -> Net:
    """A network as limits judge it."""
    driver = str(node["facts"].get("driver") or "")
    return Net(full(node), node["name"], driver, tuple(str(each["subnet"]) for each in subnets(node)))


def networks(graph: HostGraph) -> list[Node]:
    """The Docker networks of a host that have addresses."""
    found = [node for node_id, node in graph.nodes.items() if class_of(node_id) == "network"]
    return [node for node in found if subnets(node)]


def network(graph: HostGraph, engine_id: str) -> Node | None:
    """The network with this full id."""
    return next((node for node in networks(graph) if engine_id and full(node) == engine_id), None)


def container(graph: HostGraph, engine_id: str) -> Node | None:
    """The container with this full id."""
    if not engine_id:
        return None
    found = (node for node_id, node in graph.nodes.items() if class_of(node_id) == "container")
    return next((node for node in found if full(node) == engine_id), None)


def choose(node: Node, wanted: str = "") -> str:
    """Which range of a network is swept: the one that is wanted, else its first IPv4 subnet, else its first."""
    listed = [str(each["subnet"]) for each in subnets(node)]
    if not listed:
        raise Conflict(
            f"{node['name']} has no addresses of its own, so there is nothing to sweep.",
            code="network_without_addresses",
            params={"network": node["name"]},
        )
    return wanted or next((each for each in listed if ":" not in each), listed[0])


def endpoints(graph: HostGraph, node: str) -> Iterator[Edge]:
    """The endpoints on a network, or of a container, by node id."""
    for edge in graph.edges.values():
        if edge["kind"] == "endpoint" and node in (edge["source"], edge["target"]):
            yield edge


def known(graph: HostGraph, target: Node | None, asked: Address) -> list[Known]:
    """What is expected in a range: endpoints and gateways of the network, or of all networks in a free range."""
    found: dict[str, Known] = {}
    nets = [target] if target is not None else networks(graph)
    by_id = {node["id"]: node for node in nets}
    for node in nets:
        for subnet in subnets(node):
            gateway = str(subnet.get("gateway") or "").split("/")[0]
            if _within(gateway, asked):
                found[gateway] = {
                    "address": gateway,
                    "mac": "",
                    "container": "",
                    "name": node["name"],
                    "kind": "gateway",
                }
    for edge in graph.edges.values():
        if edge["kind"] == "endpoint" and edge["target"] in by_id:
            source = graph.nodes.get(edge["source"])
            for field in ("address", "address6"):
                address = str(edge["facts"].get(field) or "").split("/")[0]
                if source is not None and _within(address, asked):
                    found[address] = {
                        "address": address,
                        "mac": str(edge["facts"].get("mac") or ""),
                        "container": full(source),
                        "name": source["name"][:300],
                        "kind": "endpoint",
                    }
    return sorted(found.values(), key=lambda each: int(ip_address(each["address"])))


def asker(graph: HostGraph, target: Node | None, reference: Node | None, opened: Sequence[str]) -> Node | None:
    """The container that a range is asked from; None: the host itself.

    Raises `Conflict` where that container cannot ask, or where nobody is there to ask.
    """
    if reference is not None:
        return _checked(graph, target, reference, opened)
    if target is None or target["facts"].get("driver") == "bridge":
        return None
    running = [
        node
        for edge in endpoints(graph, target["id"])
        if (node := graph.nodes.get(edge["source"])) is not None and _runs(node)
    ]
    if not running and target["facts"].get("driver") in ("macvlan", "ipvlan"):
        return None  # the agent asks from a device of its own on the parent
    if not running:
        raise Conflict(
            f"{target['name']} ({target['facts'].get('driver')}) is only reached from its containers, and none runs.",
            code="nobody_to_ask",
            params={"network": target["name"], "driver": target["facts"].get("driver")},
        )
    return min(running, key=lambda node: node["name"])


def _checked(graph: HostGraph, target: Node | None, source: Node, opened: Sequence[str]) -> Node:
    if not _runs(source):
        raise Conflict(
            f"{source['name']} does not run, so nothing can be asked from it.",
            code="source_stopped",
            params={"container": source["name"]},
        )
    mine = [edge["target"] or "" for edge in endpoints(graph, source["id"])]
    if target is not None and target["id"] in mine:
        return source
    for node in (graph.nodes[each] for each in mine if each in graph.nodes):
        if node["facts"].get("driver") not in (*INSIDE, "host", "null", "none") and full(node) not in opened:
            raise Conflict(
                f"{source['name']} would ask by {node['name']}, which reaches beyond this machine and is not opened.",
                code="source_reaches_out",
                params={"container": source["name"], "network": node["name"]},
            )
    return source


def _runs(node: Node) -> bool:
    return node["state"] not in ("stopped", "down") and bool(node["namespace"])


def _within(address: str, asked: Address) -> bool:
    return bool(address) and ip_address(address) in ip_network(asked)
