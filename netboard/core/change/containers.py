"""Plans for containers: connect, disconnect, run, remove."""

from dataclasses import replace
from typing import Final

from netboard.core import ipam
from netboard.core.change import addresses
from netboard.core.change.drawing import planned_container, planned_edge
from netboard.core.change.preview import Preview
from netboard.core.change.specs import ContainerRemove, ContainerRun, NetworkConnect, NetworkDisconnect, Port
from netboard.core.change.world import World, engine_id, subnets_of
from netboard.core.wire import Edge, Node

_BUILTIN: Final = ("host", "null")


def connect(spec: NetworkConnect, world: World) -> Preview:
    """A container gets one more interface, on this network."""
    network, container = world.network(spec.network), world.container(spec.container)
    preview = Preview(
        replace(spec, network=engine_id(network), container=engine_id(container)),
        bound={"network": engine_id(network), "container": engine_id(container)},
        touched=[network["id"], container["id"]],
    )
    if network["facts"].get("driver") in _BUILTIN:
        preview.refuse("attach_builtin", field="network", object=network["id"], network=network["name"])
        return preview
    mode = str(container["facts"].get("network_mode") or "")
    if mode in ("host", "none") or mode.startswith("container:"):
        preview.refuse("container_has_no_own", object=container["id"], container=container["name"], mode=mode)
    if any(edge["target"] == network["id"] for edge in world.attachments(container["id"])):
        preview.refuse(
            "already_connected", object=container["id"], container=container["name"], network=network["name"]
        )
    _judge_endpoint(preview, world, network, spec.address, spec.address6, spec.mac)
    _judge_owner(preview, container)
    if network["facts"].get("driver") == "overlay" and not network["facts"].get("attachable"):
        preview.refuse("overlay_attach", object=network["id"], network=network["name"])
    if container["facts"].get("state") != "running":
        preview.warn("container_stopped", object=container["id"], container=container["name"])
    if not _has_way_out(world, container) and not network["facts"].get("internal"):
        preview.warn("gains_way_out", object=container["id"], container=container["name"], network=network["name"])
    preview.edges.append(
        planned_edge(
            "endpoint",
            container["id"],
            network["id"],
            address=_proposed(world, network, spec.address),
            address6=spec.address6,
            mac=spec.mac,
            aliases=list(spec.aliases),
        )
    )
    return preview


def _judge_endpoint(preview: Preview, world: World, network: Node, address: str, address6: str, mac: str) -> None:
    for field, value in (("address", address), ("address6", address6)):
        if value:
            addresses.address_on(preview, world, network["id"], value, field=field)
            if network["name"] == "bridge" and network["facts"].get("builtin"):
                preview.refuse("default_bridge_static", field=field, object=network["id"])
    has_v4 = any(":" not in subnet for subnet in subnets_of(network))
    if has_v4 and not address and not addresses.next_free(world, network["id"]):
        preview.refuse("network_full", field="network", object=network["id"], network=network["name"])
    if mac:
        for edge in world.endpoints(network["id"]):
            if str(edge["facts"].get("mac") or "").lower() == mac:
                preview.refuse("mac_taken", field="mac", object=edge["source"], mac=mac)


def _judge_owner(preview: Preview, container: Node) -> None:
    project = container["facts"].get("project")
    if project:
        preview.warn(
            "owned_elsewhere", object=container["id"], network=container["name"], owner=project, kind="compose"
        )


def _has_way_out(world: World, container: Node) -> bool:
    return any(_leads_out(world.nodes.get(edge["target"] or "")) for edge in world.attachments(container["id"]))


def _leads_out(network: Node | None) -> bool:
    return network is not None and not network["facts"].get("internal") and network["facts"].get("driver") != "null"


def _proposed(world: World, network: Node, address: str) -> str:
    """The address an endpoint will likely get, with the prefix length of its subnet."""
    chosen = address or addresses.next_free(world, network["id"])
    for subnet in subnets_of(network):
        if chosen and ipam.block(subnet).contains(ipam.single(chosen)):
            return f"{chosen}/{ipam.prefix_of(subnet)}"
    return chosen


def disconnect(spec: NetworkDisconnect, world: World) -> Preview:
    """A container loses its interface on this network, and everything it reaches by it alone."""
    network, container = world.network(spec.network), world.container(spec.container)
    preview = Preview(
        NetworkDisconnect(engine_id(network), engine_id(container)),
        bound={"network": engine_id(network), "container": engine_id(container)},
        touched=[network["id"], container["id"]],
    )
    edges = [edge for edge in world.attachments(container["id"]) if edge["target"] == network["id"]]
    if network["facts"].get("driver") in _BUILTIN:
        preview.refuse("attach_builtin", object=network["id"], network=network["name"])
    elif not edges:
        preview.refuse("not_connected", object=container["id"], container=container["name"], network=network["name"])
    others = [edge for edge in world.attachments(container["id"]) if edge["target"] != network["id"]]
    if _leads_out(network) and not any(_leads_out(world.nodes.get(edge["target"] or "")) for edge in others):
        preview.warn("loses_way_out", object=container["id"], container=container["name"], network=network["name"])
    if container["facts"].get("ports") and not any(_leads_out(world.nodes.get(e["target"] or "")) for e in others):
        preview.warn("ports_lost", object=container["id"], container=container["name"])
    _judge_owner(preview, container)
    preview.removed_edges += [edge["id"] for edge in edges]
    return preview


def run(spec: ContainerRun, world: World) -> Preview:
    """A new container on a network, or on none, or in the host's own namespace."""
    network = world.network("bridge" if spec.network == "default" else spec.network)
    driver = str(network["facts"].get("driver") or "")
    # The engine takes host and none as words, everything else by full id.
    target = {"host": "host", "null": "none"}.get(driver) or engine_id(network)
    preview = Preview(replace(spec, network=target), bound={"network": engine_id(network)}, touched=[network["id"]])
    for node in world.containers:
        if node["name"] == spec.name:
            preview.refuse("container_name_taken", field="name", object=node["id"], name=spec.name)
    for claim in world.claims:
        if claim.name == f"container:{spec.name}":
            preview.refuse("name_claimed", field="name", name=spec.name, operation=claim.operation)
    preview.claims.append(("name", f"container:{spec.name}"))
    if driver in _BUILTIN:
        if spec.address or spec.address6 or spec.aliases or spec.mac:
            preview.refuse("builtin_no_address", field="address", object=network["id"], network=network["name"])
        if spec.ports:
            preview.refuse(
                "host_no_ports" if driver == "host" else "none_no_ports", field="ports", object=network["id"]
            )
        preview.warn("runs_on_host" if driver == "host" else "runs_on_none", object=network["id"])
    else:
        _judge_endpoint(preview, world, network, spec.address, spec.address6, spec.mac)
        if driver == "overlay" and not network["facts"].get("attachable"):
            preview.refuse("overlay_attach", object=network["id"], network=network["name"])
    _judge_ports(preview, world, network, spec.ports)
    address = "" if driver in _BUILTIN else _proposed(world, network, spec.address)
    node = planned_container(world, spec, network, address)
    preview.nodes.append(node)
    preview.edges.append(planned_edge("endpoint", node["id"], network["id"], address=address, mac=spec.mac))
    preview.edges += [
        planned_edge(
            "publishes",
            world.host,
            node["id"],
            host_ip=port.host_ip or "0.0.0.0",
            host_port=port.host_port,
            container_port=port.container_port,
            protocol=port.protocol,
        )
        for port in spec.ports
    ]
    return preview


def _judge_ports(preview: Preview, world: World, network: Node, ports: tuple[Port, ...]) -> None:
    """Ports that are taken, twice asked for, or that open the container to everybody."""
    seen: set[tuple[str, int, str]] = set()
    for port in ports:
        key = (port.host_ip, port.host_port, port.protocol)
        if port.host_port and key in seen:
            preview.refuse("port_twice", field="ports", port=port.host_port, protocol=port.protocol)
        seen.add(key)
        for edge, holder in world.published():
            if port.host_port and _collides(port, edge):
                preview.refuse(
                    "port_taken",
                    field="ports",
                    object=holder["id"] if holder else "",
                    port=port.host_port,
                    protocol=port.protocol,
                    container=holder["name"] if holder else "",
                )
                break
        if network["facts"].get("driver") in ("macvlan", "ipvlan"):
            preview.warn("ports_without_effect", field="ports", object=network["id"], network=network["name"])
        elif network["facts"].get("internal"):
            preview.warn("ports_on_internal", field="ports", object=network["id"], network=network["name"])
        elif port.host_ip in ("", "0.0.0.0", "::"):
            preview.warn("becomes_reachable", field="ports", port=port.host_port, protocol=port.protocol)


def _collides(port: Port, edge: Edge) -> bool:
    facts = edge["facts"]
    if facts.get("protocol") != port.protocol or facts.get("host_port") != port.host_port:
        return False
    theirs, everybody = str(facts.get("host_ip") or ""), ("", "0.0.0.0", "::")
    return port.host_ip in everybody or theirs in everybody or theirs == port.host_ip


def remove(spec: ContainerRemove, world: World) -> Preview:
    """A container that netboard ran, and nobody else's, goes."""
    container = world.container(spec.container)
    preview = Preview(ContainerRemove(engine_id(container)), bound={"container": engine_id(container)})
    if engine_id(container) not in world.own:
        preview.refuse("container_not_ours", object=container["id"], container=container["name"])
    preview.removed_nodes.append(container["id"])
    preview.removed_edges += [
        edge["id"] for edge in world.edges.values() if container["id"] in (edge["source"], edge["target"])
    ]
    return preview
