"""The other end of a veth (or netkit) pair, looked at from both ends.

    namespace a              namespace b
    [veth 41] ◄── peer ──► [eth0 40]       41 says: IFLA_LINK 40 in nsid 3, and a numbers b as 3
                                           40 says: IFLA_LINK 41 in nsid 0, and b numbers a as 0

An end is *definite* if the namespace it names is known; an index alone never identifies a peer, since equal indexes in
many namespaces are normal. Kernels before 5.13 leave IFLA_LINK out where it equals the device's own index. The
rule gives the same answer from either end, so that a pair is one edge.
"""

from typing import NamedTuple

from netboard.core.kinds import kind_of
from netboard.core.model import Link
from netboard.core.resolve.index import Index


class Peer(NamedTuple):
    """The decided other end, or who may be it, or nobody."""

    link: Link | None
    evidence: str
    candidates: tuple[Link, ...] = ()


def is_pair(link: Link) -> bool:
    """Whether a device of this kind is one end of a pair."""
    return kind_of(link.kind).relation == "peer"


def find(index: Index, link: Link) -> Peer:
    """The other end of a device that is one of a pair."""
    evidence = _evidence(link)
    space = _named(index, link)
    if space:
        there = index.link(space, _other(link))
        if there is None or not is_pair(there):
            return Peer(None, evidence)
        back = _named(index, there)
        if not _points(there, link):
            return Peer(None, f"{evidence}, which says {_evidence(there)}", (there,))
        if back:
            if back == link.namespace:
                return Peer(there, evidence)
            return Peer(None, f"{evidence}, which says {_evidence(there)}", (there,))
        claimants = _claimants(index, there)
        if len(claimants) == 1:
            return Peer(there, evidence)
        return Peer(None, f"{evidence}, which {len(claimants)} devices say", (there,))
    claimants = _claimants(index, link)
    if len(claimants) == 1:
        return Peer(claimants[0], f"{_evidence(claimants[0])}, said by the other end")
    return Peer(None, evidence, tuple(claimants or _possible(index, link)))


def _other(link: Link) -> int:
    """The index that the device says its peer has."""
    return link.link or link.ifindex


def _points(link: Link, at: Link) -> bool:
    return _other(link) == at.ifindex


def _named(index: Index, link: Link) -> str:
    """The namespace that the device says its peer is in: a key, or empty where that is not known."""
    if link.link_nsid >= 0:
        return index.word("nsid", link.namespace, link.link_nsid)
    if link.link and link.link != link.ifindex:
        there = index.link(link.namespace, link.link)
        if there is not None and is_pair(there) and there.link_nsid < 0 and there.link == link.ifindex:
            return link.namespace
    return ""


def _claimants(index: Index, link: Link) -> list[Link]:
    """Devices that say definitely that this is their other end."""
    return [other for other in _pointing(index, link) if _named(index, other) == link.namespace]


def _possible(index: Index, link: Link) -> list[Link]:
    """Devices that may be the other end: the indexes match both ways, and neither names a known namespace."""
    return [other for other in _pointing(index, link) if not _named(index, other)]


def _pointing(index: Index, link: Link) -> list[Link]:
    """Devices of pairs with the index that the device names, and which name the device's."""
    found = []
    for namespace in index.words("pairs", _other(link)):
        other = index.link(namespace, _other(link))
        itself = (namespace, _other(link)) == (link.namespace, link.ifindex)
        if other is not None and not itself and _points(other, link):
            found.append(other)
    return found


def _evidence(link: Link) -> str:
    if not link.link:
        where = f" in nsid {link.link_nsid}" if link.link_nsid >= 0 else ""
        return f"no IFLA_LINK: the same index {link.ifindex}{where}"
    return f"IFLA_LINK {link.link} in {'nsid ' + str(link.link_nsid) if link.link_nsid >= 0 else 'the same namespace'}"
