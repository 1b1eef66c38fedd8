"""Planned things as nodes and edges of the live graph, so that a preview is drawn where it will stand."""

from netboard.core import ids, ipam
from netboard.core.change.specs import ContainerRun, NetworkCreate
from netboard.core.change.world import World
from netboard.core.model import Json
from netboard.core.wire import Edge, EdgeKind, Node

PLANNED = "planned-"
"""Begins the part of an id that the engine will choose."""


def planned_network(world: World, spec: NetworkCreate) -> Node:
    """The network as it would stand on the board."""
    subnets: list[Json] = [
        {"subnet": subnet, "gateway": gateway, "ip_range": ip_range, "used": 1, "size": ipam.usable(subnet).size}
        for subnet, gateway, ip_range in (
            (spec.subnet, spec.gateway, spec.ip_range),
            (spec.subnet6, spec.gateway6, ""),
        )
        if subnet
    ]
    overlay = spec.driver == "overlay"
    facts: dict[str, Json] = {
        "id": "",
        "driver": spec.driver,
        "scope": "swarm" if overlay else "local",
        "internal": spec.internal,
        "attachable": spec.attachable,
        "ingress": False,
        "ipv6": spec.ipv6,
        "subnets": subnets,
        "options": dict(spec.options),
        "labels": dict(spec.labels),
        "bridge": spec.bridge,
        "parent": f"{spec.parent}.{spec.vlan}" if spec.vlan is not None else spec.parent,
        "counts": {"containers": 0, "running": 0},
        "builtin": False,
        "owner": None,
        "planned": True,
    }
    return {
        "id": f"{ids.FLEET if overlay else world.host}.w.{PLANNED}{spec.name}",
        "kind": "network",
        "name": spec.name,
        "host": None if overlay else world.host,
        "namespace": None,
        "parent": None if overlay else world.host,
        "slot": _next_slot(world, "network"),
        "state": "unknown",
        "warnings": [],
        "facts": facts,
    }


def planned_container(world: World, spec: ContainerRun, network: Node, address: str) -> Node:
    """The container as it would stand on the board."""
    ports: list[Json] = [
        {
            "host_ip": port.host_ip or "0.0.0.0",
            "host_port": port.host_port,
            "container_port": port.container_port,
            "protocol": port.protocol,
        }
        for port in spec.ports
    ]
    builtin = network["facts"].get("driver") in ("host", "null")
    facts: dict[str, Json] = {
        "id": "",
        "image": spec.image,
        "state": "planned",
        "status": "",
        "network_mode": network["name"],
        "pid": 0,
        "labels": dict(spec.labels),
        "primary": None if builtin else network["id"],
        "ports": ports,
        "addresses": [address] if address else [],
        "created": 0,
        "command": " ".join(spec.command),
        "planned": True,
    }
    return {
        "id": f"{world.host}.c.{PLANNED}{spec.name}",
        "kind": "container",
        "name": spec.name,
        "host": world.host,
        "namespace": None,
        "parent": world.host,
        "slot": _next_slot(world, "container", network["id"]),
        "state": "unknown",
        "warnings": [],
        "facts": facts,
    }


def planned_edge(kind: EdgeKind, source: str, target: str, **facts: Json) -> Edge:
    """A relation that the change would make."""
    return {
        "id": f"{source}.planned.{kind}.{target}",
        "kind": kind,
        "source": source,
        "target": target,
        "certain": True,
        "evidence": "planned",
        "facts": {name: value for name, value in facts.items() if value},
    }


def _next_slot(world: World, kind: str, primary: str | None = None) -> int:
    taken = {
        node["slot"]
        for node in world.nodes.values()
        if node["kind"] == kind and (primary is None or node["facts"].get("primary") == primary)
    }
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)
