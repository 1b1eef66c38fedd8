"""A container: where it lives, what it is attached to, and whether the kernel agrees with the engine about it.

[host] ─publishes─► [container] ─endpoint─► [network]
[namespace] ─contains─► [container]          its devices are the namespace's
"""

from typing import Final, NamedTuple

from netboard.core.ids import FLEET, container_id, namespace_id, network_id
from netboard.core.model import Container, Endpoint, Json, Link
from netboard.core.resolve.fragment import NOTHING, Fragment, Unit, edge, inside, warning
from netboard.core.resolve.index import Index, bare, is_running, mount_path
from netboard.core.wire import Edge, Node, State, Warning

_STATES: Final[dict[str, State]] = {
    "running": "up",
    "paused": "paused",
    "restarting": "degraded",
    "created": "stopped",
    "exited": "stopped",
    "removing": "stopped",
    "dead": "down",
}
_WITHOUT_DEVICE: Final = ("host", "null", "none")
"""Drivers whose endpoints have no device of their own."""
_DEPTH: Final = 8
"""How many `container:<id>` are followed; the engine allows one."""


class Place(NamedTuple):
    """The namespace that a container lives in (its key, empty where none is known), and how that is known."""

    namespace: str = ""
    evidence: str = ""
    own: bool = False
    """The namespace is its own, not the host's or another container's."""
    undecided: int = 0
    """How many namespaces it might be."""


def locate(index: Index, container: Container, depth: int = 0) -> Place:
    """Where a container lives: what the engine says of its mode and sandbox, then its process, then cgroups."""
    if not is_running(container):
        return Place()
    mode, _, other_id = container.network_mode.partition(":")
    if mode == "host":
        return Place(index.word("host namespace"), "network_mode host")
    if mode == "container" and other_id and depth < _DEPTH:
        other = index.container(other_id)
        if other is not None:
            place = locate(index, other, depth + 1)
            return Place(place.namespace, f"network_mode container:{other_id[:12]}")
    if container.sandbox:
        found = index.word("path", mount_path(container.sandbox))
        if found:
            return Place(found, f"sandbox {container.sandbox}", own=True)
    if container.pid:
        found = index.word("pid", container.pid)
        if found:
            return Place(found, f"process {container.pid}", own=True)
    holders = index.words("cgroup", container.id)
    if len(holders) == 1:
        return Place(holders[0], f"cgroup of a process holds {container.id[:12]}", own=True)
    return Place(undecided=len(holders))


def primary(index: Index, host: str, container: Container, depth: int = 0) -> str | None:
    """The node of the network whose bar it hangs on: its mode's, else the first by name; null for host and none."""
    mode, _, other_id = container.network_mode.partition(":")
    if mode == "container" and other_id and depth < _DEPTH:
        other = index.container(other_id)
        return primary(index, host, other, depth + 1) if other is not None else None
    chosen: Endpoint | None = None
    for endpoint in sorted(container.endpoints, key=lambda e: (e.network_name, e.network)):
        if index.word("driver", endpoint.network) in ("", *_WITHOUT_DEVICE):
            continue
        if container.network_mode in (endpoint.network, endpoint.network_name):
            chosen = endpoint
            break
        chosen = chosen or endpoint
    return _network(index, host, chosen.network) if chosen else None


def resolve(index: Index, host: str, unit: Unit) -> Fragment:
    """The fragment of one container."""
    container = index.container(str(unit[1]))
    if container is None:
        return NOTHING
    id = container_id(host, container.id)
    place = locate(index, container)
    warnings: list[Warning] = []
    if place.undecided:
        warnings.append(warning("namespace_undecided", count=place.undecided))
    kernel = index.has("host namespace")
    namespace = namespace_id(host, place.namespace) if place.namespace else None
    if namespace:
        contained = inside(id, namespace, place.evidence)
    else:
        why = "engine only" if is_running(container) and not kernel else f"engine: {container.state}"
        contained = inside(id, host, why, certain=kernel or not is_running(container))
    edges = {contained["id"]: contained}
    links = index.links(place.namespace) if place.own else []
    for endpoint in container.endpoints:
        attached = _endpoint(index, host, container, endpoint, place if kernel else None, links, warnings)
        edges[attached["id"]] = attached
    edges.update((published["id"], published) for published in _ports(host, container))
    main = primary(index, host, container)
    node = _node(container, id, host, namespace, main, warnings)
    return Fragment(node, ("container", main or container.network_mode), tuple(edges.values()), place.namespace)


def _node(
    container: Container, id: str, host: str, namespace: str | None, main: str | None, warnings: list[Warning]
) -> Node:
    labels: dict[str, Json] = dict(container.labels)
    state = _STATES.get(container.state, "unknown")
    if container.status == "unhealthy" and state == "up":
        state = "degraded"
        warnings.append(warning("unhealthy"))
    if container.state in ("restarting", "dead"):
        warnings.append(warning(f"container_{container.state}"))
    facts: dict[str, Json] = {
        "id": container.id,
        "image": container.image,
        "state": container.state,
        "status": container.status,
        "network_mode": container.network_mode,
        "pid": container.pid,
        "labels": labels,
        "primary": main,
        "ports": [port._asdict() for port in container.ports],
        "addresses": [a for e in container.endpoints for a in (e.address, e.address6) if a],
        "created": container.created,
        "command": container.command,
        "project": labels.get("com.docker.compose.project", ""),
        "group": labels.get("netboard.group", ""),
        "title": labels.get("netboard.title", ""),
    }
    return {
        "id": id,
        "kind": "container",
        "name": container.name.removeprefix("/"),
        "host": host,
        "namespace": namespace,
        "parent": namespace or host,
        "slot": 0,
        "state": state,
        "warnings": warnings,
        "facts": facts,
    }


def _endpoint(
    index: Index,
    host: str,
    container: Container,
    endpoint: Endpoint,
    place: Place | None,
    links: list[Link],
    warnings: list[Warning],
) -> Edge:
    """The edge container → network, and warnings about it. `place` is None where no kernel is seen at all."""
    driver = index.word("driver", endpoint.network)
    evidence, certain = "engine", True
    if not driver:
        evidence, certain = "engine: a network that it does not list", False
    elif not is_running(container):
        evidence = "engine: not running"
    elif place is None:
        evidence, certain = "engine only", False
    elif driver not in _WITHOUT_DEVICE and (endpoint.address or endpoint.mac) and place.own:
        device = _device(endpoint, links)
        if device is None:
            certain = False
            warnings.append(warning("endpoint_without_interface", network=endpoint.network_name))
        else:
            evidence = f"engine and {device.name}"
            warnings.extend(_disagreements(endpoint, device))
    if is_running(container):
        warnings.extend(_duplicates(index, endpoint))
    return edge(
        f"{container_id(host, container.id)}.e.{endpoint.network[:16]}",
        "endpoint",
        container_id(host, container.id),
        _network(index, host, endpoint.network) if driver else None,
        evidence,
        certain=certain,
        facts={
            "address": endpoint.address,
            "address6": endpoint.address6,
            "mac": endpoint.mac,
            "aliases": list(endpoint.aliases),
            "gateway": endpoint.gateway,
            "static": endpoint.static,
            "endpoint": endpoint.endpoint,
        },
    )


def _device(endpoint: Endpoint, links: list[Link]) -> Link | None:
    """The device of an endpoint: the one with its MAC, else the one with its address (ipvlan shares MACs)."""
    wanted = {bare(a) for a in (endpoint.address, endpoint.address6) if a}
    by_mac = [link for link in links if endpoint.mac and link.mac == endpoint.mac.lower()]
    for link in by_mac if len(by_mac) > 1 else []:
        if wanted & {bare(a.address) for a in link.addresses}:
            return link
    if by_mac:
        return by_mac[0]
    return next((link for link in links if wanted & {bare(a.address) for a in link.addresses}), None)


def _disagreements(endpoint: Endpoint, device: Link) -> list[Warning]:
    found: list[Warning] = []
    has = [a.address for a in device.addresses]
    if endpoint.address and bare(endpoint.address) not in {bare(a) for a in has}:
        listed: list[Json] = [a for a in has if ":" not in a]
        found.append(
            warning(
                "address_differs",
                network=endpoint.network_name,
                device=device.name,
                engine=endpoint.address,
                kernel=listed,
            )
        )
    if endpoint.mac and device.mac and device.mac != endpoint.mac.lower():
        found.append(
            warning(
                "mac_differs",
                network=endpoint.network_name,
                device=device.name,
                engine=endpoint.mac,
                kernel=device.mac,
            )
        )
    return found


def _duplicates(index: Index, endpoint: Endpoint) -> list[Warning]:
    found: list[Warning] = []
    for code, value in (
        ("duplicate_address", bare(endpoint.address)),
        ("duplicate_address", bare(endpoint.address6)),
        ("duplicate_mac", endpoint.mac),
    ):
        if value and len(index.words("claim", endpoint.network, value)) > 1:
            found.append(warning(code, value=value, network=endpoint.network_name))
    return found


def _ports(host: str, container: Container) -> list[Edge]:
    id = container_id(host, container.id)
    return [
        edge(
            f"{id}.p.{port.protocol}.{port.host_ip}.{port.host_port}.{port.container_port}",
            "publishes",
            host,
            id,
            "engine",
            facts={**port._asdict()},
        )
        for port in container.ports
        if port.host_port
    ]


def _network(index: Index, host: str, id: str) -> str:
    return network_id(FLEET if index.word("driver", id) == "overlay" else host, id)
