"""The device that another one sits on (macvlan, ipvlan, vlan) or is carried by (vxlan and other tunnels).

    [macvlan eth0] ─lower─► [nic ens3]        [vxlan0] ─underlay─► [nic ens3]

IFLA_LINK is its ifindex, in the namespace that IFLA_LINK_NETNSID numbers, else in the same one. Of a vxlan it is an
attribute of the kind instead.
"""

from netboard.core.ids import device_id
from netboard.core.kinds import KINDS, kind_of
from netboard.core.model import Link
from netboard.core.resolve.fragment import edge, warning
from netboard.core.resolve.index import Index, bare
from netboard.core.wire import Edge, EdgeKind, Warning


def relation(link: Link) -> EdgeKind | None:
    """Which relation the device's IFLA_LINK states; None where it states none or that of a pair."""
    match kind_of(link.kind).relation:
        case "lower":
            return "lower"
        case "underlay":
            return "underlay"
        case "" if link.kind not in KINDS and link.link and link.link != link.ifindex:
            return "lower"
    return None


def resolve(index: Index, host: str, id: str, link: Link, warnings: list[Warning]) -> Edge | None:
    """The edge to the lower or carrying device, if the kernel names one."""
    kind = relation(link)
    if kind is None:
        return None
    ifindex = _ifindex(link)
    where = f" in nsid {link.link_nsid}" if link.link_nsid >= 0 else ""
    space = index.word("nsid", link.namespace, link.link_nsid) if link.link_nsid >= 0 else link.namespace
    if not ifindex:
        return _by_address(index, host, id, link, space) if kind == "underlay" else None
    name = "IFLA_VXLAN_LINK" if link.kind == "vxlan" else "IFLA_LINK"
    evidence = f"{name} {ifindex}{where}"
    if space and index.has("kind", space, ifindex) and index.has("known", space):
        return edge(f"{id}.{kind}", kind, id, device_id(host, space, ifindex), evidence)
    warnings.append(warning("lower_outside", ifindex=ifindex))
    return edge(f"{id}.{kind}", kind, id, None, evidence, certain=False)


def _ifindex(link: Link) -> int:
    source = kind_of(link.kind).link_from
    if source:
        value = dict(link.detail).get(source, 0)
        return value if isinstance(value, int) else 0
    if kind_of(link.kind).relation == "lower" and not link.link and link.link_nsid >= 0:
        return link.ifindex
    return link.link


def _by_address(index: Index, host: str, id: str, link: Link, space: str) -> Edge | None:
    """A tunnel that names no device is carried by the one that has its local address."""
    local = dict(link.detail).get("local", "")
    if not space or not isinstance(local, str) or not local or local in ("0.0.0.0", "::"):
        return None
    for other in index.links(space):
        if any(bare(address.address) == local for address in other.addresses):
            target = device_id(host, space, other.ifindex)
            return edge(f"{id}.underlay", "underlay", id, target, f"local address {local}", certain=False)
    return None
