"""Plans for networks: create, recreate, delete."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from netboard.core import ipam
from netboard.core.change import addresses
from netboard.core.change.drawing import planned_edge, planned_network
from netboard.core.change.drivers import DRIVERS
from netboard.core.change.drivers.vlan import parent_device
from netboard.core.change.preview import Preview
from netboard.core.change.specs import OPTIONS, NetworkCreate, NetworkDelete, NetworkRecreate, fits
from netboard.core.change.world import World, engine_id
from netboard.core.model import Json
from netboard.core.wire import Node

_MTU = "com.docker.network.driver.mtu"
_ICC = "com.docker.network.bridge.enable_icc"
_BRIDGE = "com.docker.network.bridge.name"
MOST_MEMBERS = 24
"""Containers that one recreate may carry over: each is a disconnect and a connect of its own."""


def create(spec: NetworkCreate, world: World) -> Preview:
    """A new network: its name unique, its subnets explicit and free, its driver content."""
    preview = Preview(spec)
    if DRIVERS[spec.driver] is DRIVERS["host"]:
        DRIVERS[spec.driver](preview, world, spec, "")
        return preview
    _judge_name(preview, world, spec.name, "")
    spec = _with_subnets(preview, spec, world, "")
    preview.spec = spec
    DRIVERS[spec.driver](preview, world, spec, "")
    _draw(preview, world, spec)
    return preview


def _judge_name(preview: Preview, world: World, name: str, ignoring: str) -> None:
    for node in world.networks:
        if node["name"] == name and node["id"] != ignoring:
            preview.refuse("name_taken", field="name", object=node["id"], name=name)
        elif engine_id(node).startswith(name) and len(name) >= 4:
            preview.refuse("name_is_id", field="name", object=node["id"], name=name, network=node["name"])
    for claim in world.claims:
        if claim.name == name:
            preview.refuse("name_claimed", field="name", name=name, operation=claim.operation)
    preview.claims.append(("name", name))


def _with_subnets(preview: Preview, spec: NetworkCreate, world: World, ignoring: str) -> NetworkCreate:
    """The spec with explicit subnets and gateways; findings about them are noted, and the subnets claimed."""
    parent = parent_device(spec) if spec.driver in ("macvlan", "ipvlan") else ""
    if not spec.subnet:
        subnet, _ = addresses.choose(world, spec.driver, size=spec.size, pool=spec.pool)
        if not subnet:
            preview.refuse("no_free_subnet", field="subnet", size=spec.size or 24)
            return spec
        if parent:
            preview.warn("subnet_not_of_lan", field="subnet", subnet=subnet, parent=parent)
        spec = replace(spec, subnet=subnet)
    else:
        addresses.judge(preview, world, spec.subnet, field="subnet", parent=parent, ignoring=ignoring)
    if spec.subnet6:
        addresses.judge(preview, world, spec.subnet6, field="subnet6", parent=parent, ignoring=ignoring)
        spec = replace(spec, ipv6=True)
    elif spec.ipv6:
        subnet6 = addresses.choose6(world, spec.driver)
        if not subnet6:
            preview.refuse("no_free_subnet", field="subnet6", size=64)
        spec = replace(spec, subnet6=subnet6)
    if not spec.gateway and not (spec.internal and parent):
        spec = replace(spec, gateway=ipam.next_address(spec.subnet, []) or "")
    if spec.subnet6 and not spec.gateway6:
        spec = replace(spec, gateway6=ipam.next_address(spec.subnet6, []) or "")
    preview.claims += [("subnet", subnet) for subnet in (spec.subnet, spec.subnet6) if subnet]
    return spec


def _draw(preview: Preview, world: World, spec: NetworkCreate) -> None:
    node = planned_network(world, spec)
    preview.nodes.append(node)
    device = world.devices.get(spec.parent)
    if spec.parent and device is not None:
        preview.touched.append(device["id"])
        preview.edges.append(planned_edge("implements", device["id"], node["id"]))


def delete(spec: NetworkDelete, world: World) -> Preview:
    """A network goes: never with somebody on it, never one that is built in."""
    node = world.network(spec.network)
    preview = Preview(NetworkDelete(engine_id(node)), bound={"network": engine_id(node)})
    _judge_removal(preview, world, node)
    members = world.endpoints(node["id"])
    for edge in members:
        container = world.nodes.get(edge["source"])
        preview.refuse(
            "network_in_use",
            object=edge["source"],
            network=node["name"],
            container=container["name"] if container else edge["source"],
        )
    preview.removed_nodes += [node["id"]]
    gone = [device for device, network in world.implementing.items() if network == node["id"]]
    if node["facts"].get("driver") == "bridge":
        preview.removed_nodes += [device for device in gone if device in world.nodes]
    else:
        preview.touched += gone
    preview.removed_edges += [
        e["id"]
        for e in world.edges.values()
        if e["source"] in preview.removed_nodes or e["target"] in preview.removed_nodes
    ]
    return preview


def _judge_removal(preview: Preview, world: World, node: Node) -> None:
    name = node["name"]
    if node["facts"].get("builtin") or name in ("bridge", "host", "none", "docker_gwbridge", "ingress"):
        preview.refuse("network_builtin", object=node["id"], network=name)
    owner = node["facts"].get("owner")
    if isinstance(owner, dict):
        preview.warn(
            "owned_elsewhere", object=node["id"], network=name, owner=owner.get("name"), kind=owner.get("kind")
        )


def recreate(spec: NetworkRecreate, world: World) -> Preview:
    """A network with other settings: everybody is taken off, it is made anew, and all are put back."""
    node = world.network(spec.network)
    current = current_spec(node["name"], node["facts"])
    values: dict[str, Any] = {name: getattr(spec.changes, name) for name in spec.changed}
    for subnet, inside in (("subnet", ("gateway", "ip_range")), ("subnet6", ("gateway6",))):
        if subnet in values:
            values = dict.fromkeys(inside, "") | values
    wanted = replace(current, **values)
    fits(wanted)
    preview = Preview(spec, bound={"network": engine_id(node)})
    if DRIVERS[wanted.driver] is DRIVERS["host"]:
        DRIVERS[wanted.driver](preview, world, wanted, node["id"])
        return preview
    _judge_removal(preview, world, node)
    _judge_name(preview, world, wanted.name, node["id"])
    wanted = _with_subnets(preview, wanted, world, node["id"])
    DRIVERS[wanted.driver](preview, world, wanted, node["id"])
    # Bound, it carries every setting: whoever makes the network does not look at the old one again.
    kept = tuple(one.name for one in fields(NetworkCreate) if getattr(wanted, one.name) or one.name == "driver")
    preview.spec = NetworkRecreate(engine_id(node), wanted, kept)
    members = world.endpoints(node["id"])
    if len(members) > MOST_MEMBERS:
        preview.refuse("too_many_members", object=node["id"], count=len(members), most=MOST_MEMBERS)
    for edge in members:
        container = world.nodes.get(edge["source"])
        if container is None:
            continue
        preview.touched.append(container["id"])
        preview.bound[f"container:{engine_id(container)}"] = engine_id(container)
        address = str(edge["facts"].get("address") or "").partition("/")[0]
        if address and not ipam.usable(wanted.subnet).contains(ipam.single(address)):
            preview.warn(
                "address_not_kept",
                object=container["id"],
                container=container["name"],
                address=address,
                subnet=wanted.subnet,
            )
        preview.warn("interrupted", object=container["id"], container=container["name"])
    preview.removed_nodes.append(node["id"])
    _draw(preview, world, wanted)
    return preview


def current_spec(name: str, facts: Mapping[str, Json]) -> NetworkCreate:
    """The settings of an existing network (the facts of its node), as a spec that would make it again."""
    options = {str(k): str(v) for k, v in _mapping(facts.get("options")).items()}
    labels = {str(k): str(v) for k, v in _mapping(facts.get("labels")).items()}
    found: dict[str, str] = {}
    listed = facts.get("subnets")
    for one in listed if isinstance(listed, list) else []:
        entry = _mapping(one)
        subnet = str(entry.get("subnet") or "")
        six = "6" if ":" in subnet else ""
        found.setdefault(f"subnet{six}", subnet)
        found.setdefault(f"gateway{six}", str(entry.get("gateway") or "").partition("/")[0])
        if not six:
            found.setdefault("ip_range", str(entry.get("ip_range") or ""))
    parent, _, vlan = options.get("parent", "").partition(".")
    mtu = options.get(_MTU, "")
    driver = str(facts.get("driver") or "bridge")
    return NetworkCreate(
        name=name,
        driver=driver,
        subnet=found.get("subnet", ""),
        gateway=found.get("gateway", ""),
        ip_range=found.get("ip_range", ""),
        ipv6=bool(facts.get("ipv6")),
        subnet6=found.get("subnet6", ""),
        gateway6=found.get("gateway6", ""),
        internal=bool(facts.get("internal")),
        attachable=bool(facts.get("attachable")) and driver == "overlay",
        encrypted="encrypted" in options,
        isolated=options.get(_ICC) == "false",
        bridge=options.get(_BRIDGE, ""),
        parent=parent,
        mode=options.get("macvlan_mode") or options.get("ipvlan_mode") or "",
        vlan=int(vlan) if vlan.isdecimal() else None,
        mtu=int(mtu) if mtu.isdecimal() else None,
        options={k: v for k, v in options.items() if driver in OPTIONS.get(k, ())},
        labels={k: v for k, v in labels.items() if not k.startswith("netboard.")},
    )


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
