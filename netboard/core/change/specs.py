"""What can be asked for, as one frozen dataclass a kind; `parse` reads it from JSON, `asked` writes it back."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Final, Literal

from netboard.core import ipam
from netboard.core.change.fields import ALIAS, Reader
from netboard.core.errors import Invalid
from netboard.core.model import Json

Kind = Literal[
    "network.create",
    "network.delete",
    "network.connect",
    "network.disconnect",
    "network.recreate",
    "container.run",
    "container.remove",
]
DRIVERS: Final = ("bridge", "macvlan", "ipvlan", "overlay", "host", "none")
MODES: Final = {"macvlan": ("bridge", "private", "vepa", "passthru"), "ipvlan": ("l2", "l3", "l3s")}

OPTIONS: Final = {
    "com.docker.network.bridge.enable_ip_masquerade": ("bridge",),
    "com.docker.network.bridge.host_binding_ipv4": ("bridge",),
    "com.docker.network.bridge.gateway_mode_ipv4": ("bridge",),
    "com.docker.network.bridge.gateway_mode_ipv6": ("bridge",),
    "com.docker.network.container_iface_prefix": ("bridge",),
    "com.docker.network.bridge.inhibit_ipv4": ("bridge",),
    "ipvlan_flag": ("ipvlan",),
}
"""Engine options that may be passed through as they are, and the drivers they belong to; others have own fields."""


@dataclass(frozen=True)
class NetworkCreate:
    """A network to be made. An empty subnet means: the next free one."""

    name: str
    driver: str = "bridge"
    subnet: str = ""
    gateway: str = ""
    ip_range: str = ""
    ipv6: bool = False
    subnet6: str = ""
    gateway6: str = ""
    internal: bool = False
    attachable: bool = False
    encrypted: bool = False
    isolated: bool = False
    """Of a bridge: its containers cannot reach each other (enable_icc=false)."""
    bridge: str = ""
    """Of a bridge: the device's name; empty: the engine's choice."""
    parent: str = ""
    mode: str = ""
    vlan: int | None = None
    mtu: int | None = None
    size: int | None = None
    """Prefix length of a subnet that netboard chooses."""
    pool: str = ""
    """Id of the pool to cut it from; empty: any that fits."""
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkRecreate:
    """A network to be made anew with other settings, its endpoints and their addresses kept."""

    network: str
    changes: NetworkCreate
    changed: tuple[str, ...]
    """Names of the fields of `changes` that were asked for; the rest stays as it is."""


@dataclass(frozen=True)
class NetworkDelete:
    """A network to be removed."""

    network: str


@dataclass(frozen=True)
class NetworkConnect:
    """A container to be attached to a network."""

    network: str
    container: str
    address: str = ""
    address6: str = ""
    aliases: tuple[str, ...] = ()
    mac: str = ""


@dataclass(frozen=True)
class NetworkDisconnect:
    """A container to be taken off a network."""

    network: str
    container: str


@dataclass(frozen=True)
class Port:
    """One port to publish."""

    container_port: int
    host_port: int = 0
    """0: the engine's choice."""
    host_ip: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True)
class ContainerRun:
    """A container to be made from a local image and started on a network (or `host`, or `none`)."""

    name: str
    image: str
    network: str
    command: tuple[str, ...] = ()
    address: str = ""
    address6: str = ""
    aliases: tuple[str, ...] = ()
    mac: str = ""
    ports: tuple[Port, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ContainerRemove:
    """A container that netboard ran, to be stopped and removed."""

    container: str


Spec = (
    NetworkCreate
    | NetworkRecreate
    | NetworkDelete
    | NetworkConnect
    | NetworkDisconnect
    | ContainerRun
    | ContainerRemove
)
KIND_OF: Final[dict[type, Kind]] = {
    NetworkCreate: "network.create",
    NetworkRecreate: "network.recreate",
    NetworkDelete: "network.delete",
    NetworkConnect: "network.connect",
    NetworkDisconnect: "network.disconnect",
    ContainerRun: "container.run",
    ContainerRemove: "container.remove",
}


def parse(kind: str, values: Mapping[str, object]) -> Spec:
    """Read a spec of this kind. Raises `Invalid`, naming the field, for anything that makes no sense by itself."""
    read = _READERS.get(kind)
    if read is None:
        raise Invalid(
            f"There is no operation “{kind[:40]}”; there are: {', '.join(KIND_OF.values())}.",
            field="kind",
            code="kind_unknown",
            params={"kind": kind[:40]},
        )
    reader = Reader(values)
    spec = read(reader)
    reader.done()
    return spec


def asked(spec: Spec) -> dict[str, Json]:
    """The spec as JSON, without what stands at its default: `parse` reads it back to the same."""
    if isinstance(spec, NetworkRecreate):
        whole = asdict(spec.changes)
        return {"network": spec.network, **{name: _json(whole[name]) for name in spec.changed}}
    found: dict[str, Json] = {}
    for one in fields(spec):
        value = getattr(spec, one.name)
        if one.name == "ports":
            value = [{k: v for k, v in asdict(port).items() if v} for port in value]
        if value or one.name == "name":
            found[one.name] = _json(value)
    return found


def _json(value: object) -> Json:
    if isinstance(value, tuple | list):
        return [_json(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _json(one) for key, one in value.items()}
    assert value is None or isinstance(value, str | int | bool)
    return value


def _object(reader: Reader, field_name: str) -> str:
    return reader.text(field_name, required=True, longest=300)


def _create(reader: Reader) -> NetworkCreate:
    spec = _network(reader)
    fits(spec)
    return spec


def _network(reader: Reader) -> NetworkCreate:
    """The fields of a network, each by itself; whether they fit together says `fits`."""
    labels = reader.mapping("labels")
    if any(label.startswith("netboard.") for label in labels):
        raise Invalid("Labels below “netboard.” are netboard's own.", field="labels", code="label_own")
    return NetworkCreate(
        name=reader.name("name"),
        driver=reader.choice("driver", DRIVERS, "bridge"),
        subnet=reader.subnet("subnet", 4),
        gateway=reader.address("gateway", 4),
        ip_range=reader.subnet("ip_range", 4),
        ipv6=reader.flag("ipv6"),
        subnet6=reader.subnet("subnet6", 6),
        gateway6=reader.address("gateway6", 6),
        internal=reader.flag("internal"),
        attachable=reader.flag("attachable"),
        encrypted=reader.flag("encrypted"),
        isolated=reader.flag("isolated"),
        bridge=reader.device("bridge"),
        parent=reader.device("parent"),
        mode=reader.choice("mode", tuple(mode for modes in MODES.values() for mode in modes)),
        vlan=reader.number("vlan", 1, 4094),
        mtu=reader.number("mtu", 68, 65535),
        size=reader.number("size", 8, 30),
        pool=reader.text("pool", longest=64),
        options=reader.mapping("options"),
        labels=labels,
    )


DRIVERS_OF_FIELD: Final = {
    "isolated": ("bridge",),
    "bridge": ("bridge",),
    "parent": ("macvlan", "ipvlan"),
    "mode": ("macvlan", "ipvlan"),
    "vlan": ("macvlan", "ipvlan"),
    "attachable": ("overlay",),
    "encrypted": ("overlay",),
}
"""Fields that only some drivers have."""


def fits(spec: NetworkCreate) -> None:
    """Refuse what belongs to other drivers, and addresses outside of their subnet. Raises `Invalid` with the field."""
    for option in spec.options:
        if spec.driver not in OPTIONS.get(option, ()):
            raise Invalid(
                f"The option “{option[:80]}” is not on the list of those that may be passed on for {spec.driver}.",
                field="options",
                code="option_unknown",
                params={"option": option[:80], "driver": spec.driver},
            )
    if spec.mode and spec.mode not in MODES.get(spec.driver, ()):
        raise Invalid(
            f"{spec.driver} has no mode “{spec.mode}”.",
            field="mode",
            code="mode_unknown",
            params={"mode": spec.mode, "driver": spec.driver},
        )
    for name, drivers in DRIVERS_OF_FIELD.items():
        if getattr(spec, name) and spec.driver not in drivers:
            raise Invalid(
                f"“{name}” is for {' and '.join(drivers)} only, not for {spec.driver}.",
                field=name,
                code="field_of_other_driver",
                params={"field": name, "drivers": ", ".join(drivers), "driver": spec.driver},
            )
    for name, subnet_name in (("gateway", "subnet"), ("ip_range", "subnet"), ("gateway6", "subnet6")):
        value, subnet = getattr(spec, name), getattr(spec, subnet_name)
        if not value:
            continue
        if not subnet:
            raise Invalid(
                f"“{name}” needs a “{subnet_name}” that it lies in.",
                field=name,
                code="needs_subnet",
                params={"field": name, "subnet": subnet_name},
            )
        inside = ipam.block(value) if "/" in value else ipam.single(value)
        allowed = ipam.block(subnet) if "/" in value else ipam.usable(subnet)
        if not allowed.contains(inside):
            raise Invalid(
                f"{value} is not a usable part of {subnet}.",
                field=name,
                code="outside_subnet",
                params={"value": value, "subnet": subnet},
            )


def _recreate(reader: Reader) -> NetworkRecreate:
    network = _object(reader, "network")
    changed = tuple(one.name for one in fields(NetworkCreate) if reader.raw(one.name) is not None)
    values = {name: reader.raw(name) for name in changed}
    if not changed:
        raise Invalid("Nothing is to be changed.", field="network", code="nothing_to_change")
    return NetworkRecreate(network, _network(Reader({"name": "unchanged", **values})), changed)


def _connect(reader: Reader) -> NetworkConnect:
    return NetworkConnect(
        network=_object(reader, "network"),
        container=_object(reader, "container"),
        address=reader.address("address", 4),
        address6=reader.address("address6", 6),
        aliases=_aliases(reader),
        mac=reader.mac("mac"),
    )


def _aliases(reader: Reader) -> tuple[str, ...]:
    aliases = reader.texts("aliases", 16)
    for alias in aliases:
        if not ALIAS.fullmatch(alias):
            raise Invalid(
                f"“{alias[:60]}” is no good alias: letters, digits, “_”, “.” and “-”, at most 63.",
                field="aliases",
                code="alias_invalid",
                params={"alias": alias[:60]},
            )
    return aliases


def _run(reader: Reader) -> ContainerRun:
    image = reader.text("image", required=True, longest=256)
    if any(character.isspace() for character in image) or image.startswith("-"):
        raise Invalid(f"“{image[:60]}” is no image.", field="image", code="image_invalid", params={"image": image[:60]})
    labels = reader.mapping("labels")
    if any(label.startswith("netboard.") and label not in ("netboard.group", "netboard.title") for label in labels):
        raise Invalid("Labels below “netboard.” are netboard's own.", field="labels", code="label_own")
    return ContainerRun(
        name=reader.name("name"),
        image=image,
        network=_object(reader, "network"),
        command=reader.texts("command"),
        address=reader.address("address", 4),
        address6=reader.address("address6", 6),
        aliases=_aliases(reader),
        mac=reader.mac("mac"),
        ports=_ports(reader),
        labels=labels,
    )


def _ports(reader: Reader) -> tuple[Port, ...]:
    value = reader.raw("ports")
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 64 or not all(isinstance(one, dict) for one in value):
        raise Invalid("“ports” has to be a list of at most 64 objects.", field="ports", code="field_list")
    found = []
    for one in value:
        port = Reader(one)
        container_port = port.number("container_port", 1, 65535)
        if container_port is None:
            raise Invalid("A published port needs a “container_port”.", field="ports", code="port_missing")
        found.append(
            Port(
                container_port=container_port,
                host_port=port.number("host_port", 0, 65535) or 0,
                host_ip=port.address("host_ip"),
                protocol=port.choice("protocol", ("tcp", "udp", "sctp"), "tcp"),
            )
        )
        port.done()
    return tuple(found)


def _delete(reader: Reader) -> NetworkDelete:
    return NetworkDelete(_object(reader, "network"))


def _disconnect(reader: Reader) -> NetworkDisconnect:
    return NetworkDisconnect(_object(reader, "network"), _object(reader, "container"))


def _remove(reader: Reader) -> ContainerRemove:
    return ContainerRemove(_object(reader, "container"))


_READERS: Final[Mapping[str, Callable[[Reader], Spec]]] = {
    "network.create": _create,
    "network.recreate": _recreate,
    "network.delete": _delete,
    "network.connect": _connect,
    "network.disconnect": _disconnect,
    "container.run": _run,
    "container.remove": _remove,
}
