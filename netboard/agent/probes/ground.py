"""Where a sweep's packets go and from where they are sent, by this host's own engine: the agent's second look.

job ─► range allowed? ─► namespace to ask from ─► nothing leaves the machine unseen ─► Plan
"""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import NamedTuple

from netboard.core.errors import Conflict, NetboardError
from netboard.core.model import Container, Network
from netboard.core.probes import limits
from netboard.core.probes.model import Known, SweepJob
from netboard.core.probes.ports import Child, EngineReader, Surroundings

_BRIDGE_NAME = "com.docker.network.bridge.name"


class Plan(NamedTuple):
    """What is asked, and from where."""

    cidr: str
    network: str
    """The full engine id of the network whose addresses they are; empty: of none."""
    namespace: str
    """The path of the namespace to ask from; empty: the host's own."""
    child: Child | None
    containers: Sequence[Container]
    gateways: Sequence[Known]


def plan(job: SweepJob, engine: EngineReader, kernel: Surroundings) -> Plan:
    """Raises `Invalid` or `Conflict` with a code for what may not or cannot be swept, and what the adapters raise."""
    networks, opened, allowed = engine.networks(), job["limits"]["opened"], job["limits"]["allowed"]
    nets = {network.id: _net(network) for network in networks}
    if job["network"]:
        if job["network"] not in nets:
            raise Conflict("The network is not there any more.", code="network_gone")
        found = limits.check_network(nets[job["network"]], job["cidr"], opened)
    else:
        found = limits.check(job["cidr"], nets.values(), opened, allowed)
    limits.check_load(found.range, job["methods"], job["ports"])
    by_id = {network.id: network for network in networks}
    network = by_id[found.net.id] if found.net else None
    bridges = {bridge_name(each) for each in networks if each.driver == "bridge"}
    namespace, child = _source(job, network, engine)
    source = job["source"].get("container", "")
    if source:
        _stays_inside(source, found, engine, by_id, opened)
    elif not namespace and child is None and (found.kind == "pool" or network is None):
        _stays_here(found, kernel, bridges)
    containers = engine.containers()
    gateways = _gateways(network, containers)
    return Plan(str(found.range), network.id if network else "", namespace, child, containers, gateways)


def _net(network: Network) -> limits.Net:
    return limits.Net(network.id, network.name, network.driver, tuple(each.subnet for each in network.subnets))


def _gateways(network: Network | None, containers: Sequence[Container]) -> list[Known]:
    """The engine lists only gateways that were asked for; others are what its endpoints use, or the first address."""
    if network is None:
        return []
    found = {subnet.gateway or _first(network, subnet.subnet) for subnet in network.subnets}
    for container in containers:
        for end in container.endpoints:
            if end.network == network.id:
                found |= {end.gateway, end.gateway6}
    return [
        Known(address=each.split("/")[0], mac="", container="", name=network.name, kind="gateway")
        for each in sorted(found - {""})
    ]


def _first(network: Network, subnet: str) -> str:
    """The address that the engine gives its bridge where nobody asked for one."""
    return str(ip_network(subnet, strict=False)[1]) if network.driver == "bridge" else ""


def bridge_name(network: Network) -> str:
    """The device of a network of the driver bridge."""
    return dict(network.options).get(_BRIDGE_NAME) or f"br-{network.id[:12]}"


def _source(job: SweepJob, network: Network | None, engine: EngineReader) -> tuple[str, Child | None]:
    """The path of the namespace to ask from, and the scratch device that it takes."""
    wanted = job["source"].get("container", "")
    if wanted:
        return _sandbox(engine.container(wanted)), None
    if network is None or network.driver == "bridge":
        return "", None
    for member in engine.members(network.id):
        try:
            return _sandbox(engine.container(member)), None
        except NetboardError:
            continue
    options = dict(network.options)
    parent = options.get("parent", "")
    if network.driver == "macvlan" and parent and network.id in job["limits"]["opened"]:
        return "", Child(parent, options.get("macvlan_mode", "bridge"))
    raise Conflict(
        f"Nothing on this host is attached to {network.name}, so there is no place to ask from.",
        code="no_source",
        params={"network": network.name, "driver": network.driver},
    )


def _sandbox(container: Container | None) -> str:
    if container is None:
        raise Conflict("The container to ask from is not there any more.", code="source_gone")
    if container.network_mode == "host":
        return ""
    if not container.pid:
        raise Conflict(
            f"{container.name} does not run, so there is no namespace to ask from.",
            code="source_stopped",
            params={"container": container.name},
        )
    return f"/proc/{container.pid}/ns/net"


def _stays_here(found: limits.Ground, kernel: Surroundings, bridges: set[str]) -> None:
    """Of what no network holds and nobody opened, packets may go to the engine's bridges alone."""
    if found.kind == "opened":
        return
    for address in (found.range[0], found.range[-1]):
        device = kernel.way_to(str(address))
        if device and device != "lo" and device not in bridges:
            raise _leaves(found, device)


def _stays_inside(
    source: str, found: limits.Ground, engine: EngineReader, networks: dict[str, Network], opened: Sequence[str]
) -> None:
    """A container that is also on a network which reaches out may send there what it has no nearer way for."""
    if found.kind == "opened":
        return
    container = engine.container(source)
    ends = [each.network for each in container.endpoints] if container else []
    if found.net is not None and found.net.id in ends:
        return
    for network in (networks[each] for each in ends if each in networks):
        if network.driver not in limits.INSIDE and network.id not in opened:
            raise _leaves(found, network.name)
    if found.kind == "pool":
        raise _leaves(found, container.name if container else "")


def _leaves(found: limits.Ground, device: str) -> Conflict:
    return Conflict(
        f"Packets to {found.range} would leave this machine by {device}, and no administrator opened that range.",
        code="range_leaves_machine",
        params={"cidr": str(found.range), "device": device},
    )
