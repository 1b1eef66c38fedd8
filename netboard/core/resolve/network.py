"""A Docker network: its address space and how full it is, and whether the kernel has the bridge that carries it.

[host] ─contains─► [network] ◄─implements─ [bridge]        an overlay belongs to no host: host and parent are null
"""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from netboard.core.ids import FLEET, network_id
from netboard.core.model import Json, Network, Subnet
from netboard.core.resolve.fragment import NOTHING, Fragment, Unit, inside, warning
from netboard.core.resolve.index import Counts, Index, bare, bridge_name
from netboard.core.wire import Node, Warning

_BUILTIN: Final = ("bridge", "host", "none", "docker_gwbridge", "ingress")
_HUGE: Final = 1 << 53
"""JSON numbers are exact up to here; a larger subnet is never full."""


def resolve(index: Index, host: str, unit: Unit) -> Fragment:
    """The fragment of one network."""
    network = index.network(str(unit[1]))
    if network is None:
        return NOTHING
    fleet = network.driver == "overlay"
    id = network_id(FLEET if fleet else host, network.id)
    counts = index.counts(network.id)
    subnets = [_subnet(network, subnet, counts) for subnet in network.subnets]
    warnings: list[Warning] = [
        warning("subnet_full", subnet=subnet["subnet"]) for subnet in subnets if subnet["used"] == subnet["size"]
    ]
    bridge = bridge_name(network)
    there = index.word("host namespace")
    missing = bool(bridge and there and not index.has("named", there, bridge))
    if missing:
        warnings.append(warning("bridge_missing", bridge=bridge))
    node: Node = {
        "id": id,
        "kind": "network",
        "name": network.name,
        "host": None if fleet else host,
        "namespace": None,
        "parent": None if fleet else host,
        "slot": 0,
        "state": "degraded" if missing else "up",
        "warnings": warnings,
        "facts": _facts(network, list(subnets), counts, bridge),
    }
    return Fragment(node, ("overlay",) if fleet else ("network",), () if fleet else (inside(id, host, "engine"),))


def _facts(network: Network, subnets: list[Json], counts: Counts, bridge: str) -> dict[str, Json]:
    options: dict[str, Json] = dict(network.options)
    labels: dict[str, Json] = dict(network.labels)
    return {
        "id": network.id,
        "driver": network.driver,
        "scope": network.scope,
        "internal": network.internal,
        "attachable": network.attachable,
        "ipv6": network.ipv6,
        "subnets": subnets,
        "options": options,
        "labels": labels,
        "bridge": bridge,
        "parent": options.get("parent", "") if network.driver in ("macvlan", "ipvlan") else "",
        "counts": {"containers": counts.containers, "running": counts.running},
        "builtin": network.name in _BUILTIN or network.driver in ("host", "null"),
        "owner": _owner(labels),
        "created": network.created,
    }


def _owner(labels: dict[str, Json]) -> Json:
    for kind, label in (("compose", "com.docker.compose.project"), ("swarm", "com.docker.stack.namespace")):
        if label in labels:
            return {"kind": kind, "name": labels[label]}
    return None


def _subnet(network: Network, subnet: Subnet, counts: Counts) -> dict[str, Json]:
    family = 6 if ":" in subnet.subnet else 4
    alone = sum((":" in other.subnet) == (family == 6) for other in network.subnets) == 1
    taken = [a for a in counts.addresses if (":" in a) == (family == 6) and (alone or _within(a, subnet.subnet))]
    reserved = {bare(a) for a in (subnet.gateway, *(address for _, address in subnet.reserved)) if a}
    return {
        "subnet": subnet.subnet,
        "gateway": subnet.gateway,
        "ip_range": subnet.ip_range,
        "used": len(taken) + len(reserved.difference(taken)),
        "size": _size(subnet.subnet),
    }


def _within(address: str, subnet: str) -> bool:
    try:
        return ip_address(address) in ip_network(subnet, strict=False)
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _size(subnet: str) -> int:
    """How many addresses can be given: without the network's own and, of IPv4, the broadcast address."""
    try:
        whole = ip_network(subnet, strict=False)
    except ValueError:
        return 0
    if whole.num_addresses <= 2:
        return whole.num_addresses
    return min(whole.num_addresses - (2 if whole.version == 4 else 1), _HUGE)
