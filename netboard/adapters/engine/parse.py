"""The engine's JSON becomes facts: pure functions, one for each object of the API, from 1.41 (20.10) to 1.52 (29).

The list of containers lacks some of what an inspect tells: pid, sandbox, aliases, asked addresses, and the image's name
where the tag has moved on. `from_list` leaves those empty and `overlay` takes them from what was known before.
Anything missing or of another type than documented reads as empty: a fact that was not told.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, cast

from netboard.core.model import Container, Endpoint, Engine, Network, PublishedPort, Subnet

Api = Mapping[str, object]
Find = Callable[[str], str]
"""The full id of the one network with this name or id; empty where there is none or more than one."""

_HEALTH: Final = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)$")
_FRACTION: Final = re.compile(r"\.\d+")


def nothing(_name: str) -> str:
    """A `Find` that finds nothing."""
    return ""


def from_list(api: Api, find: Find = nothing) -> Container:
    """One entry of `GET /containers/json`."""
    health = _HEALTH.search(_text(api, "Status"))
    names = [name for name in _texts(api.get("Names")) if name.count("/") <= 1]
    return Container(
        id=_text(api, "Id"),
        name=names[0].removeprefix("/") if names else "",
        image=_text(api, "Image"),
        state=_text(api, "State"),
        network_mode=_mode(_text(_object(api, "HostConfig"), "NetworkMode")),
        labels=_pairs(api.get("Labels")),
        endpoints=_endpoints(_object(_object(api, "NetworkSettings"), "Networks"), find),
        ports=_ordered(_listed_ports(api.get("Ports"))),
        status=health.group(1) if health else "",
        created=_number(api, "Created"),
        command=_text(api, "Command"),
    )


def from_inspect(api: Api, find: Find = nothing) -> Container:
    """The answer of `GET /containers/{id}/json`."""
    state, config, settings = _object(api, "State"), _object(api, "Config"), _object(api, "NetworkSettings")
    health = _text(_object(state, "Health"), "Status")
    pid = _number(state, "Pid")
    return Container(
        id=_text(api, "Id"),
        name=_text(api, "Name").removeprefix("/"),
        image=_text(config, "Image"),
        state=_text(state, "Status"),
        network_mode=_mode(_text(_object(api, "HostConfig"), "NetworkMode")),
        pid=pid,
        sandbox=_text(settings, "SandboxKey") if pid else "",
        labels=_pairs(config.get("Labels")),
        endpoints=_endpoints(_object(settings, "Networks"), find),
        ports=_ordered(_inspected_ports(_object(settings, "Ports"))),
        status="" if health == "none" or not pid else health,
        created=_seconds(_text(api, "Created")),
        command=_command(_text(api, "Path"), _texts(api.get("Args"))),
    )


def overlay(listed: Container, known: Container) -> Container:
    """What the list says now, with the details that only an inspect told, as far as they can still hold."""
    before = {(each.network_name, each.endpoint): each for each in known.endpoints}
    endpoints = tuple(
        each._replace(aliases=same.aliases, static=same.static)
        if (same := before.get((each.network_name, each.endpoint)))
        else each
        for each in listed.endpoints
    )
    alive = listed.state == known.state
    return listed._replace(
        image=known.image,
        command=known.command,
        pid=known.pid if alive else 0,
        sandbox=known.sandbox if alive else "",
        endpoints=endpoints,
    )


def network(api: Api) -> Network:
    """One entry of `GET /networks`, or the answer of `GET /networks/{id}`."""
    config = _object(api, "IPAM").get("Config")
    subnets = [
        Subnet(
            subnet=_text(each, "Subnet"),
            gateway=_text(each, "Gateway").partition("/")[0],
            ip_range=_text(each, "IPRange"),
            reserved=_pairs(each.get("AuxiliaryAddresses") or each.get("AuxAddress")),
        )
        for each in _objects(config)
    ]
    return Network(
        id=_text(api, "Id"),
        name=_text(api, "Name"),
        driver=_text(api, "Driver"),
        scope=_text(api, "Scope") or "local",
        internal=api.get("Internal") is True,
        attachable=api.get("Attachable") is True,
        ingress=api.get("Ingress") is True,
        ipv6=api.get("EnableIPv6") is True,
        subnets=tuple(subnets),
        options=_pairs(api.get("Options")),
        labels=_pairs(api.get("Labels")),
        created=_text(api, "Created"),
    )


def engine(version: Api, info: Api) -> Engine:
    """What `GET /version` and `GET /info` say of the engine."""
    return Engine(
        version=_text(version, "Version"),
        api_version=_text(version, "ApiVersion"),
        kernel=_text(version, "KernelVersion"),
        operating_system=_text(info, "OperatingSystem"),
        swarm=_text(_object(info, "Swarm"), "LocalNodeState"),
        name=_text(info, "Name"),
    )


def _endpoints(networks: Api, find: Find) -> tuple[Endpoint, ...]:
    """`NetworkSettings.Networks`, sorted by name. A container that never ran names its networks without their ids."""
    return tuple(_endpoint(name, _object(networks, name), find) for name in sorted(networks))


def _endpoint(name: str, api: Api, find: Find) -> Endpoint:
    asked = _object(api, "IPAMConfig")
    return Endpoint(
        network=_text(api, "NetworkID") or find(name),
        network_name=_clean(name),
        endpoint=_text(api, "EndpointID"),
        address=_with_prefix(_text(api, "IPAddress"), _number(api, "IPPrefixLen")),
        address6=_with_prefix(_text(api, "GlobalIPv6Address"), _number(api, "GlobalIPv6PrefixLen")),
        gateway=_text(api, "Gateway"),
        gateway6=_text(api, "IPv6Gateway"),
        mac=_text(api, "MacAddress"),
        aliases=tuple(_texts(api.get("Aliases"))),
        static=bool(_text(asked, "IPv4Address") or _text(asked, "IPv6Address")),
    )


def _with_prefix(address: str, prefix: int) -> str:
    return f"{address}/{prefix}" if address else ""


def _listed_ports(ports: object) -> Iterator[PublishedPort]:
    """Of the list: `{"IP": …, "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}`; not public without PublicPort."""
    for each in _objects(ports):
        if public := _number(each, "PublicPort"):
            yield PublishedPort(_text(each, "IP"), public, _number(each, "PrivatePort"), _text(each, "Type"))


def _inspected_ports(ports: Api) -> Iterator[PublishedPort]:
    """Of an inspect: `{"80/tcp": [{"HostIp": …, "HostPort": "8080"}]}`; null where it is exposed but not published."""
    for key, bindings in ports.items():
        port, _, protocol = key.partition("/")
        for each in _objects(bindings):
            public = _text(each, "HostPort")
            if public.isdecimal() and port.isdecimal():
                yield PublishedPort(_text(each, "HostIp"), int(public), int(port), protocol or "tcp")


def _ordered(ports: Iterator[PublishedPort]) -> tuple[PublishedPort, ...]:
    return tuple(sorted(set(ports)))


def _mode(mode: str) -> str:
    """`default` is what older engines call the mode `bridge`."""
    return "bridge" if mode == "default" else mode


def _command(path: str, arguments: list[str]) -> str:
    """As the list spells it: arguments with a space in single quotes."""
    return " ".join([path, *(f"'{each}'" if " " in each else each for each in arguments)])


def _seconds(moment: str) -> int:
    """RFC 3339, with nanoseconds, as seconds since the epoch; 0 where it is none."""
    try:
        return int(datetime.fromisoformat(_FRACTION.sub("", moment).replace("Z", "+00:00")).timestamp())
    except ValueError:
        return 0


def _pairs(mapping: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(mapping, dict):
        return ()
    return tuple(sorted((_clean(str(key)), _clean(str(value))) for key, value in mapping.items()))


def _object(api: Api, key: str) -> Api:
    value = api.get(key)
    return cast("Api", value) if isinstance(value, dict) else {}


def _objects(value: object) -> Iterator[Api]:
    return (cast("Api", each) for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))


def _texts(value: object) -> list[str]:
    return [_clean(each) for each in (value if isinstance(value, list) else ()) if isinstance(each, str)]


def _text(api: Api, key: str) -> str:
    value = api.get(key)
    return _clean(value) if isinstance(value, str) else ""


def _number(api: Api, key: str) -> int:
    value = api.get(key)
    return value if isinstance(value, int) else 0


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON may carry but UTF-8 cannot; everything else stays as it was told."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
