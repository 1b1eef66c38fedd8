"""One node with all its facts and relations, prepared for a page."""

import json
from typing import NamedTuple

from netboard.boards import reading, words
from netboard.core.model import Json
from netboard.core.ports import HostGraph
from netboard.core.wire import Edge, Node

_HIDDEN = ("labels", "options", "counts", "addresses", "subnets", "ports", "title", "group", "primary")


class Attachment(NamedTuple):
    """A container's way onto a network: what is at the tip, and the pair of interfaces behind it."""

    other: Node | None
    other_id: str
    address: str
    mac: str
    gateway: str
    aliases: str
    interface: Node | None
    peer: Node | None
    bridge: Node | None
    evidence: str


class Page(NamedTuple):
    """All that the template shows."""

    node: Node
    kind: str
    state: str
    warnings: list[str]
    facts: list[tuple[str, str]]
    subnets: list[dict[str, Json]]
    attachments: list[Attachment]
    exposed: list[dict[str, Json]]
    labels: list[tuple[str, str]]
    options: list[tuple[str, str]]
    learn: str


def describe(found: reading.Found) -> Page:
    """The page of a network or a container."""
    node, graph = found
    facts = node["facts"]
    edges = reading.edges_of(graph, node["id"])
    key = f"driver_{facts.get('driver')}" if node["kind"] == "network" else f"kind_{node['kind']}"
    subnets = facts.get("subnets")
    attachments = [_attachment(graph, node, edge) for edge in edges if edge["kind"] == "endpoint"]
    return Page(
        node=node,
        kind=words.kind(node["kind"]),
        state=words.state(node["state"]),
        warnings=[words.sentence(each["code"], each["params"]) for each in node["warnings"]],
        facts=[
            (name, _told(value)) for name, value in facts.items() if name not in _HIDDEN and value not in ("", None)
        ],
        subnets=[each for each in subnets if isinstance(each, dict)] if isinstance(subnets, list) else [],
        attachments=sorted(attachments, key=lambda each: each.address),
        exposed=[edge["facts"] for edge in edges if edge["kind"] == "publishes"],
        labels=_pairs(facts.get("labels")),
        options=_pairs(facts.get("options")),
        learn=str(words.LEARN.get(key, "")),
    )


def _told(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pairs(value: Json | None) -> list[tuple[str, str]]:
    return [(key, _told(each)) for key, each in sorted(value.items())] if isinstance(value, dict) else []


def _attachment(graph: HostGraph, node: Node, edge: Edge) -> Attachment:
    other = edge["target"] if edge["source"] == node["id"] else edge["source"]
    container = graph.nodes.get(edge["source"])
    facts = edge["facts"]
    interface = _interface(graph, container, facts) if container else None
    pair = _edge(graph, "peer", interface["id"]) if interface else None
    peer = _end(graph, pair, interface["id"]) if pair and interface else None
    port = _edge(graph, "port", peer["id"]) if peer else None
    aliases = facts.get("aliases")
    return Attachment(
        other=graph.nodes.get(other or ""),
        other_id=other or "",
        address=" ".join(str(facts[key]) for key in ("address", "address6") if facts.get(key)),
        mac=str(facts.get("mac") or ""),
        gateway=str(facts.get("gateway") or ""),
        aliases=", ".join(str(each) for each in aliases) if isinstance(aliases, list) else "",
        interface=interface,
        peer=peer,
        bridge=_end(graph, port, peer["id"]) if port and peer else None,
        evidence=pair["evidence"] if pair else "",
    )


def _edge(graph: HostGraph, kind: str, node: str) -> Edge | None:
    return next((e for e in graph.edges.values() if e["kind"] == kind and node in (e["source"], e["target"])), None)


def _end(graph: HostGraph, edge: Edge, node: str) -> Node | None:
    other = edge["target"] if edge["source"] == node else edge["source"]
    return graph.nodes.get(other) if other else None


def _interface(graph: HostGraph, container: Node, facts: dict[str, Json]) -> Node | None:
    """The device that carries an endpoint: the same hardware address, else the same address."""
    space = container["namespace"]
    if not space or container["facts"].get("network_mode") == "host":
        return None
    devices = [each for each in graph.nodes.values() if each["parent"] == space and "ifindex" in each["facts"]]
    for name, held in (("mac", "mac"), ("address", "addresses")):
        wanted = facts.get(name)
        for device in devices:
            value = device["facts"].get(held)
            if wanted and (value == wanted or (isinstance(value, list) and wanted in value)):
                return device
    return None
