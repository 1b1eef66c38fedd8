"""The kinds of links, one file each: how the kernel's attributes become `Link.detail`, and what IFLA_LINK means.

A further kind is a further file with a `KIND` (or `KINDS`), named in the tuple below.
"""

from collections.abc import Mapping
from typing import Final

from netboard.core.kinds import (
    bond,
    bridge,
    geneve,
    gre,
    ipvlan,
    ipvtap,
    macvlan,
    macvtap,
    netkit,
    plain,
    tun,
    tunnel,
    veth,
    vlan,
    vrf,
    vxlan,
)
from netboard.core.kinds.kind import UNKNOWN, Detail, Kind, Relation, Value

__all__ = ["KINDS", "UNKNOWN", "Detail", "Kind", "Relation", "Value", "kind_of", "read_detail"]

_KINDS: Final[tuple[Kind, ...]] = (
    bond.KIND,
    bridge.KIND,
    geneve.KIND,
    *gre.KINDS,
    ipvlan.KIND,
    ipvtap.KIND,
    macvlan.KIND,
    macvtap.KIND,
    netkit.KIND,
    *plain.KINDS,
    tun.KIND,
    *tunnel.KINDS,
    veth.KIND,
    vlan.KIND,
    vrf.KIND,
    vxlan.KIND,
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""By the kernel's name."""


def kind_of(name: str) -> Kind:
    """What is known of the kind with this name: nothing (`UNKNOWN`) where no file here describes it."""
    return KINDS.get(name, UNKNOWN)


def read_detail(kind: str, data: bytes) -> tuple[tuple[str, Value], ...]:
    """IFLA_INFO_DATA of a link of this kind, as `Link.detail`: sorted pairs."""
    known = KINDS.get(kind)
    return tuple(sorted(known.detail(data).items())) if known and data else ()
