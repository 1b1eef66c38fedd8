"""macvlan and ipvlan: containers as neighbours on a parent device's own network, past the host's bridges and NAT."""

from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate
from netboard.core.change.world import World

_BAD_PARENTS = ("loopback", "macvlan", "ipvlan", "macvtap", "tun", "wireguard")


def parent_device(spec: NetworkCreate) -> str:
    """The device that the network hangs on: the parent, or its VLAN sub-interface `parent.vlan`."""
    return f"{spec.parent}.{spec.vlan}" if spec.vlan is not None and spec.parent else spec.parent


def judge(preview: Preview, world: World, spec: NetworkCreate, ignoring: str) -> None:
    """A parent that is missing, busy, down or of a kind that carries no children; and why the host stays apart."""
    if not spec.parent:
        preview.refuse("parent_needed", field="parent", driver=spec.driver)
        return
    device = world.devices.get(spec.parent)
    if device is None:
        if world.host_namespace is None:
            preview.warn("parent_unknown", field="parent", parent=spec.parent)
        else:
            preview.refuse("parent_missing", field="parent", parent=spec.parent)
        return
    if device["kind"] in _BAD_PARENTS:
        preview.refuse("parent_kind", field="parent", object=device["id"], parent=spec.parent, kind=device["kind"])
    if device["id"] in world.implementing or spec.parent == "docker0":
        preview.refuse("parent_is_docker", field="parent", object=device["id"], parent=spec.parent)
    if device["facts"].get("master"):
        preview.warn("parent_is_port", field="parent", object=device["id"], parent=spec.parent)
    if device["state"] != "up":
        preview.warn("parent_down", field="parent", object=device["id"], parent=spec.parent)
    wanted = parent_device(spec)
    for network in world.networks:
        if network["id"] != ignoring and network["facts"].get("parent") == wanted:
            preview.refuse("parent_busy", field="parent", object=network["id"], parent=wanted, network=network["name"])
    if spec.vlan is not None and wanted in world.devices:
        preview.warn("vlan_exists", field="vlan", object=world.devices[wanted]["id"], device=wanted)
    mtu = int(str(device["facts"].get("mtu") or 0))
    if spec.mtu and mtu and spec.mtu > mtu:
        preview.refuse("mtu_above_parent", field="mtu", mtu=spec.mtu, parent=spec.parent, most=mtu)
    if not spec.internal:
        preview.warn("host_apart", field="driver", driver=spec.driver, parent=spec.parent)
    if spec.driver == "macvlan" and spec.mode == "passthru" and ignoring == "":
        preview.warn("passthru_single", field="mode", parent=spec.parent)
