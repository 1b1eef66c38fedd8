"""netboard's graph against what the kernel lists: every device a node, every relation an edge, and nothing else."""

from collections.abc import Mapping
from typing import Any

from tests.lab.oracle import Truth

Device = tuple[int, int]
"""Inode of the namespace, and ifindex."""
Relation = tuple[str, frozenset[Device] | tuple[Device, Device]]
"""A pair has no direction."""

_LOWER = frozenset({"macvlan", "macvtap", "ipvlan", "vlan"})


def expected_devices(truth: Mapping[int, Truth]) -> dict[Device, tuple[str, str]]:
    """Name and kind of every device."""
    return {
        (inode, link["ifindex"]): (link["ifname"], _kind(link)) for inode, one in truth.items() for link in one.links
    }


def expected_relations(truth: Mapping[int, Truth]) -> set[Relation]:
    """Every pair, port, and lower device."""
    found: set[Relation] = set()
    for inode, one in truth.items():
        indexes = {link["ifname"]: link["ifindex"] for link in one.links}
        for link in one.links:
            own = (inode, link["ifindex"])
            if "master" in link:
                found.add(("port", (own, (inode, indexes[link["master"]]))))
            far = _far(inode, link, indexes, one.numbers)
            if far and _kind(link) == "veth":
                found.add(("peer", frozenset({own, far})))
            elif far and _kind(link) in _LOWER:
                found.add(("lower", (own, far)))
    return found


def shown_devices(graph: Mapping[str, list[dict[str, Any]]]) -> dict[Device, tuple[str, str]]:
    """Name and kind of every device in the graph."""
    places = _places(graph)
    return {places[node["id"]]: (node["name"], node["kind"]) for node in graph["nodes"] if node["id"] in places}


def shown_relations(graph: Mapping[str, list[dict[str, Any]]]) -> set[Relation]:
    """Every certain pair, port and lower device in the graph."""
    places = _places(graph)
    found: set[Relation] = set()
    for edge in graph["edges"]:
        if edge["kind"] not in ("peer", "port", "lower") or not edge["certain"]:
            continue
        ends = (places[edge["source"]], places[edge["target"]])
        found.add((edge["kind"], frozenset(ends) if edge["kind"] == "peer" else ends))
    return found


def shown_namespaces(graph: Mapping[str, list[dict[str, Any]]]) -> set[int]:
    """The inodes of all namespaces in the graph."""
    return {node["facts"]["inode"] for node in graph["nodes"] if node["kind"] == "namespace"}


def differences(graph: Mapping[str, list[dict[str, Any]]], truth: Mapping[int, Truth]) -> list[str]:
    """What is wrong with the graph, in words; empty where it is true."""
    wrong = []
    for what, shown, expected in (
        ("namespace", shown_namespaces(graph), set(truth)),
        ("device", set(shown_devices(graph).items()), set(expected_devices(truth).items())),
        ("relation", shown_relations(graph), expected_relations(truth)),
    ):
        wrong += [f"{what} missing: {one}" for one in expected - shown]
        wrong += [f"{what} invented: {one}" for one in shown - expected]
    return wrong


def _places(graph: Mapping[str, list[dict[str, Any]]]) -> dict[str, Device]:
    inodes = {node["id"]: node["facts"]["inode"] for node in graph["nodes"] if node["kind"] == "namespace"}
    return {
        node["id"]: (inodes[node["namespace"]], node["facts"]["ifindex"])
        for node in graph["nodes"]
        if node["id"].split(".")[1:2] == ["d"]
    }


def _kind(link: Mapping[str, Any]) -> str:
    kind = link.get("linkinfo", {}).get("info_kind", "")
    return str(kind) or ("loopback" if link["link_type"] == "loopback" else "nic")


def _far(inode: int, link: Mapping[str, Any], indexes: Mapping[str, int], numbers: Mapping[int, int]) -> Device | None:
    """What IFLA_LINK refers to."""
    if "link_netnsid" in link:
        far = numbers.get(link["link_netnsid"])
        return (far, link["link_index"]) if far and "link_index" in link else None
    if "link" in link:
        return inode, indexes[link["link"]]
    return (inode, link["link_index"]) if link.get("link_index") else None
