"""What is known of every namespace, kept current by events, and which part of it has not been told yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from netboard.adapters.kernel.dump import Dump
from netboard.core.model import (
    Address,
    Annex,
    FactsChange,
    ForwardingEntry,
    Link,
    Namespace,
    Neighbour,
    Route,
    Rule,
)

K = TypeVar("K")
V = TypeVar("V")

LinkKey = tuple[str, int]
"""Namespace key and ifindex."""

ForwardingKey = tuple[int, str, int, str]

_ALIVE = frozenset({"reachable", "stale", "delay", "probe"})
"""States between which a neighbour moves by timers alone."""


@dataclass(slots=True)
class Holders:
    """Who holds a namespace, as the last scan found it."""

    inode: int
    names: tuple[str, ...] = ()
    pids: tuple[int, ...] = ()
    commands: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


@dataclass(slots=True)
class Place:
    """One namespace."""

    key: str
    nsid: int
    """Its id in the observer's own namespace; -1 for that itself."""
    holders: Holders
    is_host: bool = False
    links: dict[int, Link] = field(default_factory=dict)
    addresses: dict[int, set[Address]] = field(default_factory=dict)
    scratch: set[int] = field(default_factory=set)
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    nsids: tuple[tuple[int, str], ...] = ()
    home_nsid: int = -1
    unresolved: bool = False
    """It numbers a namespace that is not known here (yet)."""
    neighbours: dict[tuple[int, str], Neighbour] = field(default_factory=dict)
    forwarding: dict[ForwardingKey, ForwardingEntry] = field(default_factory=dict)

    def fill(self, dump: Dump) -> None:
        """Take over a dump."""
        self.links = dump.links
        self.addresses = dump.addresses
        self.scratch = dump.scratch
        self.routes, self.rules, self.sysctls = dump.routes, dump.rules, dump.sysctls
        self.home_nsid = dump.home_nsid
        self.take_tables(dump)

    def take_tables(self, dump: Dump) -> None:
        """Take over neighbours and forwarding database."""
        self.neighbours = {(one.ifindex, one.address): one for one in dump.neighbours}
        self.forwarding = {forwarding_key(one): one for one in dump.forwarding}

    def link_fact(self, ifindex: int) -> Link | None:
        """The link with its addresses, in an order that does not depend on when they came."""
        link = self.links.get(ifindex)
        if link is None:
            return None
        addresses = self.addresses.get(ifindex)
        return link._replace(addresses=ordered(addresses)) if addresses else link

    def fact(self) -> Namespace:
        """The namespace as a fact."""
        return Namespace(
            self.key,
            self.holders.inode,
            self.is_host,
            self.holders.names,
            self.holders.pids,
            self.holders.commands,
            self.holders.containers,
            self.nsids,
            tuple(route for route in self.routes if route.oif not in self.scratch) if self.scratch else self.routes,
            self.rules,
            self.sysctls,
        )

    def annex(self) -> Annex:
        """Neighbours and forwarding database, sorted, without those of scratch devices."""
        return Annex(
            self.key,
            tuple(sorted(one for one in self.neighbours.values() if one.ifindex not in self.scratch)),
            tuple(sorted(one for one in self.forwarding.values() if one.ifindex not in self.scratch)),
        )


def forwarding_key(entry: ForwardingEntry) -> ForwardingKey:
    """What makes an entry one: its bridge (else, negative, its own device), MAC, VLAN, far end."""
    return entry.master or -entry.ifindex, entry.mac, entry.vlan, entry.remote


def ordered(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """IPv4 first, primary ones first, then by text."""
    return tuple(sorted(addresses, key=lambda one: (":" in one.address, "secondary" in one.flags, one)))


def beyond_timers(annex: Annex) -> Annex:
    """An annex in which the states between which timers move an entry are one."""
    return annex._replace(
        neighbours=tuple(one._replace(state="alive") if one.state in _ALIVE else one for one in annex.neighbours)
    )


class Picture:
    """All places, and what was told of them."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.dirty_links: set[LinkKey] = set()
        self.dirty_places: set[str] = set()
        self.dirty_annexes: set[str] = set()
        self._told_links: dict[LinkKey, Link] = {}
        self._told_places: dict[str, Namespace] = {}
        self._told_annexes: dict[str, Annex] = {}

    def add(self, place: Place) -> None:
        """A namespace that was found, or dumped anew."""
        before = self.places.get(place.key)
        self.places[place.key] = place
        self.dirty_places.add(place.key)
        self.dirty_annexes.add(place.key)
        self.dirty_links |= {(place.key, ifindex) for ifindex in place.links}
        if before:
            self.dirty_links |= {(place.key, ifindex) for ifindex in before.links}

    def remove(self, key: str) -> None:
        """A namespace that is gone, with all that was in it."""
        place = self.places.pop(key, None)
        if place:
            self.dirty_places.add(key)
            self.dirty_annexes.add(key)
            self.dirty_links |= {(key, ifindex) for ifindex in place.links}

    def clear(self) -> None:
        """Forget all places; what was told of them is still remembered."""
        for key in list(self.places):
            self.remove(key)

    def everything(self) -> FactsChange:
        """All facts, as the first or a whole change."""
        self.dirty_links.clear()
        self.dirty_places.clear()
        self.dirty_annexes.clear()
        links = {
            (key, ifindex): fact
            for key, place in self.places.items()
            for ifindex in place.links
            if (fact := place.link_fact(ifindex))
        }
        places = {key: place.fact() for key, place in self.places.items()}
        annexes = {key: place.annex() for key, place in self.places.items()}
        self._told_links, self._told_places = dict(links), dict(places)
        self._told_annexes = {key: beyond_timers(annex) for key, annex in annexes.items()}
        return FactsChange(source="kernel", whole=True, namespaces=places, links=links, annexes=annexes)

    def changes(self, *, by_check: bool = False) -> FactsChange | None:
        """What differs from what was told, of all that was touched. None: nothing."""
        links = self._changed_links()
        places = self._changed_places()
        if not links and not places:
            return None
        return FactsChange(source="kernel", by_check=by_check, namespaces=places, links=links)

    def changed_annexes(self) -> FactsChange | None:
        """The annexes that differ by more than timers from what was told. None: none."""
        changed: dict[str, Annex | None] = {}
        for key in self.dirty_annexes:
            place = self.places.get(key)
            annex = place.annex() if place else None
            plain = beyond_timers(annex) if annex else None
            if plain != self._told_annexes.get(key):
                changed[key] = annex
                _keep(self._told_annexes, key, plain)
        self.dirty_annexes.clear()
        return FactsChange(source="kernel", annexes=changed) if changed else None

    def _changed_links(self) -> Mapping[LinkKey, Link | None]:
        changed: dict[LinkKey, Link | None] = {}
        for name in self.dirty_links:
            place = self.places.get(name[0])
            fact = place.link_fact(name[1]) if place else None
            if fact != self._told_links.get(name):
                changed[name] = fact
                _keep(self._told_links, name, fact)
        self.dirty_links.clear()
        return changed

    def _changed_places(self) -> Mapping[str, Namespace | None]:
        changed: dict[str, Namespace | None] = {}
        for key in self.dirty_places:
            place = self.places.get(key)
            fact = place.fact() if place else None
            if fact != self._told_places.get(key):
                changed[key] = fact
                _keep(self._told_places, key, fact)
        self.dirty_places.clear()
        return changed


def _keep(told: dict[K, V], name: K, fact: V | None) -> None:
    if fact is None:
        told.pop(name, None)
    else:
        told[name] = fact
