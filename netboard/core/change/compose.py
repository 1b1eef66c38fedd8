"""The same change as Compose YAML, to copy. Scalars are written as JSON strings, which YAML reads as they are."""

import json

from netboard.core.change.commands import driver_options
from netboard.core.change.specs import ContainerRun, NetworkCreate, NetworkRecreate, Spec
from netboard.core.change.world import World, engine_id
from netboard.core.model import Json


def of(spec: Spec, world: World) -> str:
    """A Compose file of what the change makes; empty for what Compose has no word for (delete, connect …)."""
    if isinstance(spec, NetworkRecreate):
        spec = spec.changes
    if isinstance(spec, NetworkCreate):
        return _yaml({"networks": {spec.name: _network(spec)}}) if spec.driver not in ("host", "none") else ""
    if isinstance(spec, ContainerRun):
        return _yaml(_service(spec, world))
    return ""


def _network(spec: NetworkCreate) -> dict[str, Json]:
    found: dict[str, Json] = {"name": spec.name, "driver": spec.driver}
    options = driver_options(spec)
    if options:
        found["driver_opts"] = dict(options)
    for name, value in (("internal", spec.internal), ("attachable", spec.attachable), ("enable_ipv6", spec.ipv6)):
        if value:
            found[name] = True
    config: list[Json] = []
    for subnet, gateway, ip_range in ((spec.subnet, spec.gateway, spec.ip_range), (spec.subnet6, spec.gateway6, "")):
        if subnet:
            entry = {"subnet": subnet, "gateway": gateway, "ip_range": ip_range}
            config.append({name: value for name, value in entry.items() if value})
    if config:
        found["ipam"] = {"config": config}
    if spec.labels:
        found["labels"] = dict(spec.labels)
    return found


def _service(spec: ContainerRun, world: World) -> dict[str, Json]:
    service: dict[str, Json] = {"container_name": spec.name, "image": spec.image}
    if spec.command:
        service["command"] = list(spec.command)
    if spec.mac:
        service["mac_address"] = spec.mac
    if spec.ports:
        service["ports"] = [
            f"{f'{port.host_ip}:' if port.host_ip else ''}{port.host_port or ''}{':' if port.host_port else ''}"
            f"{port.container_port}/{port.protocol}"
            for port in spec.ports
        ]
    if spec.labels:
        service["labels"] = dict(spec.labels)
    if spec.network in ("host", "none"):
        return {"services": {spec.name: {**service, "network_mode": spec.network}}}
    network = next((n["name"] for n in world.networks if engine_id(n) == spec.network), spec.network)
    endpoint: dict[str, Json] = {}
    if spec.address:
        endpoint["ipv4_address"] = spec.address
    if spec.address6:
        endpoint["ipv6_address"] = spec.address6
    if spec.aliases:
        endpoint["aliases"] = list(spec.aliases)
    service["networks"] = {network: endpoint or None}
    return {"services": {spec.name: service}, "networks": {network: {"external": True}}}


def _yaml(value: Json, indent: int = 0) -> str:
    """Block style for mappings and lists, JSON for scalars: a subset that every YAML reader takes."""
    pad = "  " * indent
    lines = []
    if isinstance(value, dict):
        for key, one in value.items():
            name = key if key.isidentifier() else json.dumps(key)
            if isinstance(one, dict | list) and one:
                lines.append(f"{pad}{name}:\n{_yaml(one, indent + 1)}")
            else:
                lines.append(f"{pad}{name}:{'' if one is None else ' ' + json.dumps(one, ensure_ascii=False)}\n")
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                inner = _yaml(one, indent + 1)
                lines.append(f"{pad}- {inner[2 * indent + 2 :]}")
            else:
                lines.append(f"{pad}- {json.dumps(one, ensure_ascii=False)}\n")
    return "".join(lines)
