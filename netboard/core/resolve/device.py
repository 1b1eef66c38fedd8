"""A kernel device: its state, and its relations to other devices and to Docker networks.

[eth0] ─peer─ [veth1a2b] ─port─► [br-0123456789ab] ─implements─► [network]
"""

import re
from typing import Final

from netboard.core.ids import FLEET, device_id, namespace_id, network_id
from netboard.core.model import Json, Link
from netboard.core.resolve import lower, pairs
from netboard.core.resolve.fragment import NOTHING, Fragment, Unit, edge, inside, warning
from netboard.core.resolve.index import Index, bare
from netboard.core.wire import Edge, Node, State, Warning

_OURS: Final = re.compile(r"br-[0-9a-f]{12}")
_OVERLAY_SPACE: Final = re.compile(r"\d+-([0-9a-z]{10})")
_FALLBACK: Final = re.compile(r"(tunl|sit|gre|gretap|erspan|ip_vti|ip6_vti|ip6tnl|ip6gre)0")
"""Devices that the kernel itself makes in every namespace once a module is loaded; they are down and mean nothing."""
_MAY_BE_SILENT: Final = ("loopback", "tun", "dummy", "ifb")
"""Kinds of which no carrier, or being switched off, is no fault."""


def resolve(index: Index, host: str, unit: Unit) -> Fragment:
    """The fragment of one device. It shows once its namespace is known."""
    namespace, ifindex = str(unit[1]), int(unit[2]) if len(unit) > 2 else 0
    link = index.link(namespace, ifindex)
    if link is None:
        return NOTHING
    id = device_id(host, namespace, ifindex)
    space = namespace_id(host, namespace)
    warnings: list[Warning] = []
    edges: list[Edge] = [inside(id, space, f"ifindex {ifindex}")]
    state = _state(index, link, warnings)
    if pairs.is_pair(link):
        edges.extend(_peer(index, host, id, link, warnings))
    if link.master:
        edges.append(_port(index, host, id, link))
    below = lower.resolve(index, host, id, link, warnings)
    if below is not None:
        edges.append(below)
    edges.extend(_implements(index, host, id, link, warnings))
    node: Node = {
        "id": id,
        "kind": link.kind,
        "name": link.name,
        "host": host,
        "namespace": space,
        "parent": space,
        "slot": 0,
        "state": state,
        "warnings": warnings,
        "facts": _facts(link),
    }
    return Fragment(node, ("device", namespace, _siblings(link, edges)), tuple(edges))


def _siblings(link: Link, edges: list[Edge]) -> str:
    """Among which devices of its namespace this one has its slot: those that stand in one row on the board."""
    if link.kind in ("nic", "bond", "team"):
        return "uplink"
    if link.kind == "loopback" or any(each["kind"] == "implements" for each in edges):
        return "elsewhere"
    return "port" if pairs.is_pair(link) and link.master else "further"


def _facts(link: Link) -> dict[str, Json]:
    detail: dict[str, Json] = dict(link.detail)
    return {
        "ifindex": link.ifindex,
        "mac": link.mac,
        "mtu": link.mtu,
        "addresses": [address.address for address in link.addresses],
        "up": link.up,
        "carrier": link.carrier,
        "operstate": link.operstate,
        "master": link.master,
        "link": link.link,
        "link_nsid": link.link_nsid,
        "alias": link.alias,
        "altnames": list(link.altnames),
        "detail": detail,
    }


def _state(index: Index, link: Link, warnings: list[Warning]) -> State:
    warnings.extend(
        warning("duplicate_address", value=bare(address.address), device=link.name)
        for address in link.addresses
        if "dadfailed" in address.flags
    )
    if not link.up:
        idle = link.kind == "nic" and not link.addresses and not link.master
        if link.kind not in _MAY_BE_SILENT and not _FALLBACK.fullmatch(link.name) and not idle:
            warnings.append(warning("link_down", device=link.name))
        return "down"
    if not link.carrier:
        if link.kind == "bridge" and not index.has("ports", link.namespace, link.ifindex):
            return "up"
        if link.kind not in _MAY_BE_SILENT:
            warnings.append(warning("no_carrier", device=link.name))
        return "down"
    return "up"


def _peer(index: Index, host: str, id: str, link: Link, warnings: list[Warning]) -> list[Edge]:
    """The edge of a pair, spoken for by the end with the lesser id; an undecided one by the end that is in doubt."""
    peer = pairs.find(index, link)
    if peer.link is not None:
        there = device_id(host, peer.link.namespace, peer.link.ifindex)
        return [edge(f"{id}.peer", "peer", id, there, peer.evidence)] if id < there else []
    candidates: list[str] = [device_id(host, c.namespace, c.ifindex) for c in peer.candidates]
    if not candidates:
        warnings.append(warning("peer_outside", device=link.name))
        return [edge(f"{id}.peer", "peer", id, None, peer.evidence, certain=False)]
    listed: list[Json] = [*candidates]
    warnings.append(warning("peer_undecided", device=link.name, candidates=listed))
    return [edge(f"{id}.peer", "peer", id, None, peer.evidence, certain=False, candidates=candidates)]


def _port(index: Index, host: str, id: str, link: Link) -> Edge:
    evidence = f"IFLA_MASTER {link.master}"
    if index.has("kind", link.namespace, link.master):
        return edge(f"{id}.port", "port", id, device_id(host, link.namespace, link.master), evidence)
    return edge(f"{id}.port", "port", id, None, evidence, certain=False)


# ── which Docker network a device carries ────────────────────────────────────────────────────────────────────────────


def _implements(index: Index, host: str, id: str, link: Link, warnings: list[Warning]) -> list[Edge]:
    if link.kind == "bridge" and index.has("host namespace") and index.word("host namespace") == link.namespace:
        found = index.words("bridge", link.name)
        engine = index.source("engine")
        if not found and engine is not None and engine.state == "live" and _OURS.fullmatch(link.name):
            warnings.append(warning("bridge_orphaned", bridge=link.name))
        return _carries(index, host, id, found, f"name {link.name}")
    if link.kind in ("bridge", "vxlan"):
        return _overlay(index, host, id, link)
    if link.kind in ("macvlan", "ipvlan"):
        return _child(index, host, id, link)
    return []


def _carries(index: Index, host: str, id: str, networks: list[str], evidence: str) -> list[Edge]:
    nodes = [network_id(FLEET if index.word("driver", n) == "overlay" else host, n) for n in networks]
    if not nodes:
        return []
    if len(nodes) > 1:
        return [edge(f"{id}.impl", "implements", id, None, evidence, certain=False, candidates=nodes)]
    return [edge(f"{id}.impl", "implements", id, nodes[0], evidence)]


def _overlay(index: Index, host: str, id: str, link: Link) -> list[Edge]:
    """An overlay has a namespace of its own, named after it, with a bridge and a vxlan in it."""
    if link.kind == "vxlan":
        vni = dict(link.detail).get("vni", 0)
        found = index.words("vni", vni) if vni else []
        if found:
            return _carries(index, host, id, found, f"VNI {vni}")
    for path in index.words("paths", link.namespace):
        named = _OVERLAY_SPACE.fullmatch(path.rpartition("/")[2])
        found = index.words("overlay", named.group(1)) if named else []
        if found:
            return _carries(index, host, id, found, f"namespace {path.rpartition('/')[2]}")
    if link.kind == "bridge":
        for port in index.numbers("port list", link.namespace, link.ifindex):
            vxlan = index.link(link.namespace, port)
            vni = dict(vxlan.detail).get("vni", 0) if vxlan is not None and vxlan.kind == "vxlan" else 0
            found = index.words("vni", vni) if vni else []
            if found:
                return _carries(index, host, id, found, f"its port has VNI {vni}")
    return []


def _child(index: Index, host: str, id: str, link: Link) -> list[Edge]:
    """A macvlan or ipvlan inside a container carries the network of the endpoint that has its MAC or address."""
    own = {bare(address.address) for address in link.addresses}
    for tenant in index.words("tenants", link.namespace):
        container = index.container(tenant)
        for endpoint in container.endpoints if container is not None else ():
            if index.word("driver", endpoint.network) != link.kind:
                continue
            if own & {bare(a) for a in (endpoint.address, endpoint.address6) if a}:
                return _carries(index, host, id, [endpoint.network], f"address {endpoint.address or endpoint.address6}")
            if link.kind == "macvlan" and endpoint.mac and endpoint.mac.lower() == link.mac:
                return _carries(index, host, id, [endpoint.network], f"MAC {link.mac}")
    return []
