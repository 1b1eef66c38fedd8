"""bridge: a switch in the host, made by the engine; the host is its gateway and translates addresses on the way out."""

from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate
from netboard.core.change.world import World

LEAST_IPV6_MTU = 1280


def judge(preview: Preview, world: World, spec: NetworkCreate, ignoring: str) -> None:
    """A device's name that is taken, an MTU below what IPv6 needs or above what the way out carries."""
    if spec.bridge:
        device = world.devices.get(spec.bridge)
        if device is not None and not (ignoring and world.implementing.get(device["id"]) == ignoring):
            preview.refuse("bridge_name_taken", field="bridge", object=device["id"], device=spec.bridge)
    if spec.ipv6 and spec.mtu is not None and spec.mtu < LEAST_IPV6_MTU:
        preview.refuse("mtu_below_ipv6", field="mtu", mtu=spec.mtu, least=LEAST_IPV6_MTU)
    if spec.internal:
        preview.warn("internal_no_way_out", field="internal")
    if spec.isolated:
        preview.warn("isolated_no_neighbours", field="isolated")
    uplinks = [
        int(str(node["facts"].get("mtu") or 0))
        for node in world.devices.values()
        if node["kind"] == "nic" and node["state"] == "up"
    ]
    if spec.mtu and uplinks and not spec.internal and spec.mtu > max(uplinks):
        preview.warn("mtu_above_uplink", field="mtu", mtu=spec.mtu, uplink=max(uplinks))
