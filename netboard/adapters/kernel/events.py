"""One event of the kernel, applied to the picture."""

from typing import Final, NamedTuple

from netboard.adapters.kernel import netlink as nl
from netboard.adapters.kernel import parse
from netboard.adapters.kernel.picture import LinkKey, Picture, Place, forwarding_key
from netboard.adapters.kernel.scratch import is_scratch_group
from netboard.core.kinds import kind_of
from netboard.core.model import ForwardingEntry, Link

_ROUTE_KINDS: Final = frozenset({nl.RTM_NEWROUTE, nl.RTM_DELROUTE})
_RULE_KINDS: Final = frozenset({nl.RTM_NEWRULE, nl.RTM_DELRULE})
_NETCONF_KINDS: Final = frozenset({nl.RTM_NEWNETCONF, nl.RTM_DELNETCONF})
_NSID_KINDS: Final = frozenset({nl.RTM_NEWNSID, nl.RTM_DELNSID})


class Section(NamedTuple):
    """A part of a namespace that is read anew as a whole: `routes`, `rules`, `sysctls`, `nsids`."""

    namespace: str
    name: str


class Applier:
    """Applies events and remembers what they leave to be read again."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self.sections: set[Section] = set()
        self.links: set[LinkKey] = set()
        """Links to be read again: their far end moved or came, of which the kernel tells the near end nothing."""
        self.touched: set[LinkKey | Section] = set()
        """Everything that an event was about, since somebody emptied it."""

    def apply(self, place: Place, kind: int, body: bytes) -> None:
        """One event that happened in this namespace."""
        if kind == nl.RTM_NEWLINK:
            self._new_link(place, body)
        elif kind == nl.RTM_DELLINK:
            self._gone_link(place, body)
        elif kind in (nl.RTM_NEWADDR, nl.RTM_DELADDR):
            self._address(place, body, kind == nl.RTM_NEWADDR)
        elif kind in (nl.RTM_NEWNEIGH, nl.RTM_DELNEIGH):
            self._neighbour(place, body, kind == nl.RTM_NEWNEIGH)
        elif kind in _ROUTE_KINDS:
            self._again(place, "routes")
        elif kind in _RULE_KINDS:
            self._again(place, "rules")
        elif kind in _NETCONF_KINDS:
            if parse.netconf(body):
                self._again(place, "sysctls")
        elif kind in _NSID_KINDS:
            self._again(place, "nsids")

    def place_link(self, place: Place, told: parse.LinkMessage | None, ifindex: int) -> None:
        """A link as it is now; None: it is gone."""
        if told is None:
            self._forget_link(place, ifindex)
        elif is_scratch_group(told.group):
            place.scratch.add(ifindex)
            self._forget_link(place, ifindex)
        else:
            place.scratch.discard(ifindex)
            place.links[ifindex] = told.link
            self._picture.dirty_links.add((place.key, ifindex))

    def _new_link(self, place: Place, body: bytes) -> None:
        told = parse.link(body, place.key)
        if told is None or told.of_bridge:
            return
        link = told.link
        before = place.links.get(link.ifindex)
        self.touched.add((place.key, link.ifindex))
        self.place_link(place, told, link.ifindex)
        if before is None or (before.link, before.link_nsid) != (link.link, link.link_nsid):
            self.look_at_peer(place, link)
        if before and before.up and not link.up:
            self._again(place, "routes")
        if link.kind == "bridge" and before is None:
            self._again(place, "sysctls")

    def look_at_peer(self, place: Place, link: Link) -> None:
        """Have the other end of a pair read again: the kernel tells only of the end that moved."""
        if kind_of(link.kind).relation != "peer":
            return
        far = dict(place.nsids).get(link.link_nsid, "") if link.link_nsid >= 0 else place.key
        other = self._picture.places.get(far)
        index = link.link or link.ifindex
        if other and index in other.links:
            self.links.add((far, index))

    def _gone_link(self, place: Place, body: bytes) -> None:
        ifindex, of_device = parse.index_of(body)
        if not of_device:
            return
        self.touched.add((place.key, ifindex))
        link = place.links.get(ifindex)
        if link:
            self.look_at_peer(place, link)
        self._forget_link(place, ifindex)
        place.scratch.discard(ifindex)
        place.addresses.pop(ifindex, None)
        self._again(place, "routes")

    def _forget_link(self, place: Place, ifindex: int) -> None:
        if place.links.pop(ifindex, None):
            self._picture.dirty_links.add((place.key, ifindex))
        gone = [name for name in place.neighbours if name[0] == ifindex]
        for name in gone:
            del place.neighbours[name]
        entries = [key for key, one in place.forwarding.items() if ifindex in (one.ifindex, one.master)]
        for key in entries:
            del place.forwarding[key]
        self._picture.dirty_annexes.add(place.key)

    def _address(self, place: Place, body: bytes, added: bool) -> None:
        told = parse.address(body)
        if told is None:
            return
        ifindex, address = told
        held = place.addresses.setdefault(ifindex, set())
        same = {one for one in held if (one.address, one.peer) == (address.address, address.peer)}
        held -= same
        if added:
            held.add(address)
        else:
            self._again(place, "routes")
        self.touched.add((place.key, ifindex))
        self._picture.dirty_links.add((place.key, ifindex))

    def _neighbour(self, place: Place, body: bytes, added: bool) -> None:
        told = parse.neighbour(body)
        if isinstance(told, ForwardingEntry):
            key = forwarding_key(told)
            if added:
                place.forwarding[key] = told
            else:
                place.forwarding.pop(key, None)
        elif told:
            if added:
                place.neighbours[told.ifindex, told.address] = told
            else:
                place.neighbours.pop((told.ifindex, told.address), None)
        self._picture.dirty_annexes.add(place.key)

    def _again(self, place: Place, section: str) -> None:
        self.sections.add(Section(place.key, section))
        self.touched.add(Section(place.key, section))
