"""The same change with the docker command line, to copy: quoted for a POSIX shell."""

import shlex

from netboard.core.change.specs import (
    ContainerRemove,
    ContainerRun,
    NetworkConnect,
    NetworkCreate,
    NetworkDelete,
    NetworkDisconnect,
    NetworkRecreate,
    Spec,
)
from netboard.core.change.world import World, engine_id


def of(spec: Spec, world: World) -> list[str]:
    """One command a line. What cannot be done at all (a network of driver host) gives the command that shows why."""
    return [shlex.join(argv) for argv in _argvs(spec, world)]


def _argvs(spec: Spec, world: World) -> list[list[str]]:
    docker = ["docker"]
    match spec:
        case NetworkCreate():
            return [[*docker, "network", "create", *options(spec), spec.name]]
        case NetworkDelete():
            return [[*docker, "network", "rm", _name(spec.network, world)]]
        case NetworkConnect():
            return [
                [
                    *docker,
                    "network",
                    "connect",
                    *_endpoint(spec),
                    _name(spec.network, world),
                    _name(spec.container, world),
                ]
            ]
        case NetworkDisconnect():
            return [[*docker, "network", "disconnect", _name(spec.network, world), _name(spec.container, world)]]
        case ContainerRun():
            return [[*docker, "run", "-d", *_run(spec, world), spec.image, *spec.command]]
        case ContainerRemove():
            return [[*docker, "rm", "-f", _name(spec.container, world)]]
        case NetworkRecreate():
            return _recreate(spec, world)


def _recreate(spec: NetworkRecreate, world: World) -> list[list[str]]:
    node = next((n for n in world.networks if engine_id(n) == spec.network), None)
    if node is None:
        return []
    members = [(e, world.nodes[e["source"]]["name"]) for e in world.endpoints(node["id"]) if e["source"] in world.nodes]
    found = [["docker", "network", "disconnect", node["name"], name] for _, name in members]
    found += [["docker", "network", "rm", node["name"]]]
    found += [["docker", "network", "create", *options(spec.changes), spec.changes.name]]
    for edge, name in members:
        address = str(edge["facts"].get("address") or "").partition("/")[0]
        kept = ["--ip", address] if address and edge["facts"].get("static") else []
        aliases = edge["facts"].get("aliases")
        kept += [word for alias in (aliases if isinstance(aliases, list) else []) for word in ("--alias", str(alias))]
        found.append(["docker", "network", "connect", *kept, spec.changes.name, name])
    return found


def options(spec: NetworkCreate) -> list[str]:
    """The options of `docker network create` that make this network."""
    found = ["-d", spec.driver]
    for flag, value in (
        ("--subnet", spec.subnet),
        ("--gateway", spec.gateway),
        ("--ip-range", spec.ip_range),
    ):
        found += [flag, value] if value else []
    if spec.ipv6:
        found.append("--ipv6")
        for flag, value in (("--subnet", spec.subnet6), ("--gateway", spec.gateway6)):
            found += [flag, value] if value else []
    found += ["--internal"] if spec.internal else []
    found += ["--attachable"] if spec.attachable else []
    for name, value in driver_options(spec).items():
        found += ["-o", f"{name}={value}" if value else name]
    for name, value in spec.labels.items():
        found += ["--label", f"{name}={value}" if value else name]
    return found


def driver_options(spec: NetworkCreate) -> dict[str, str]:
    """What goes to the driver as `-o name=value`; the engine's API takes the same mapping."""
    found: dict[str, str] = {}
    if spec.parent:
        found["parent"] = f"{spec.parent}.{spec.vlan}" if spec.vlan is not None else spec.parent
    if spec.mode:
        found[f"{spec.driver}_mode"] = spec.mode
    if spec.mtu is not None:
        found["com.docker.network.driver.mtu"] = str(spec.mtu)
    if spec.bridge:
        found["com.docker.network.bridge.name"] = spec.bridge
    if spec.isolated:
        found["com.docker.network.bridge.enable_icc"] = "false"
    if spec.encrypted:
        found["encrypted"] = ""
    return found | dict(spec.options)


def _endpoint(spec: NetworkConnect | ContainerRun) -> list[str]:
    found = ["--ip", spec.address] if spec.address else []
    found += ["--ip6", spec.address6] if spec.address6 else []
    flag = "--network-alias" if isinstance(spec, ContainerRun) else "--alias"
    found += [word for alias in spec.aliases for word in (flag, alias)]
    if spec.mac:
        found += ["--mac-address", spec.mac] if isinstance(spec, ContainerRun) else ["--driver-opt", _mac(spec.mac)]
    return found


def _mac(mac: str) -> str:
    return f"com.docker.network.endpoint.macaddress={mac}"


def _run(spec: ContainerRun, world: World) -> list[str]:
    found = ["--name", spec.name, "--network", _name(spec.network, world), *_endpoint(spec)]
    for port in spec.ports:
        outside = f"{port.host_port}:" if port.host_port else ""
        if port.host_ip:
            outside = f"{f'[{port.host_ip}]' if ':' in port.host_ip else port.host_ip}:{outside or ':'}"
        suffix = "" if port.protocol == "tcp" else f"/{port.protocol}"
        found += ["-p", f"{outside}{port.container_port}{suffix}"]
    for name, value in spec.labels.items():
        found += ["--label", f"{name}={value}" if value else name]
    return found


def _name(reference: str, world: World) -> str:
    """The name people know, where it is unique; otherwise what was given."""
    for node in [*world.networks, *world.containers]:
        if engine_id(node) == reference:
            unique = sum(n["name"] == node["name"] for n in world.networks + world.containers) == 1
            return node["name"] if unique else reference
    return reference
