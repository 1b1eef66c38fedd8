"""One unbroken watch over the kernel: subscribe, dump, follow. It ends by an error, or because it is told to."""

import errno
import select
import time
from pathlib import Path
from typing import Final

from netboard.adapters.kernel import netlink as nl
from netboard.adapters.kernel.census import Census, Found
from netboard.adapters.kernel.events import Applier, Section
from netboard.adapters.kernel.nsids import told_id
from netboard.adapters.kernel.picture import Picture, Place
from netboard.adapters.kernel.reader import Again, Parts, Reader
from netboard.adapters.kernel.rights import demand_rights
from netboard.core.model import FactsChange
from netboard.core.ports import Tell

_GATHER: Final = 0.002
_GATHER_AT_MOST: Final = 0.010
"""Seconds that a burst of events may go on before what it did is told."""
_FOLLOW_UPS: Final = (0.1, 0.5, 1.2)
"""Seconds after a namespace was found, when its processes are looked at again: names and cgroups come late."""
_ANNEX_EVERY: Final = 1.0
_MANY: Final = 16
"""Namespaces found at once, from which on their tables are left for later."""


class Session:
    """All that is open while the kernel is watched. Used by one thread. Raises `KernelUnavailable` or OSError."""

    def __init__(self, boot_id: str, scan_every: float, run: Path, event_buffer: int, tell: Tell) -> None:
        demand_rights()
        self._scan_every = scan_every
        self._tell = tell
        self.picture = Picture()
        self.applier = Applier(self.picture)
        self._by_inode: dict[int, str] = {}
        self._by_nsid: dict[int, str] = {}
        self._strangers: set[int] = set()
        """Ids whose events come although nobody is found to hold the namespace; forgotten at each regular scan."""
        self.found: dict[int, Found] = {}
        self._home = ""
        self._scan_due: list[float] = []
        self._next_scan = 0.0
        self._next_annexes = 0.0
        self._scan_wanted = False
        self._lost = False
        self.losses = 0
        """How often events were lost."""
        self.reader = Reader(boot_id)
        try:
            self._events = nl.EventSocket(event_buffer)
            try:
                self._census = Census(run)
            except BaseException:
                self._events.close()
                raise
        except BaseException:
            self.reader.close()
            raise

    def close(self) -> None:
        """Close everything."""
        self._census.close()
        self._events.close()
        self.reader.close()

    def begin(self) -> FactsChange:
        """Dump; everything there is. The subscription stands since the session was made."""
        self.scan(quickly=False)
        if not self._home:
            raise OSError(errno.ESRCH, "the observer's own network namespace was not found in /proc")
        return self.picture.everything()

    def register(self, poller: select.poll) -> None:
        """Have what wakes the session polled for."""
        poller.register(self._events.fileno(), select.POLLIN)
        poller.register(self._census.fileno(), select.POLLPRI)

    def timeout(self) -> float:
        """Seconds until the session wants to be called again whatever happens."""
        due = [self._next_scan, *self._scan_due]
        if self.picture.dirty_annexes:
            due.append(self._next_annexes)
        return max(0.0, min(due) - time.monotonic())

    def serve(self, ready: dict[int, int]) -> None:
        """What is due: events, scans, telling."""
        if self._census.fileno() in ready:
            self._census.mounts_changed()
            self._scan_wanted = True
        self.drain()
        now = time.monotonic()
        if now >= self._next_scan:
            self._strangers.clear()
            self.scan(quickly=False)
        elif self._scan_wanted or any(due <= now for due in self._scan_due):
            self.scan(quickly=True)
        self.settle()
        if now >= self._next_annexes and self.picture.dirty_annexes:
            self._next_annexes = now + _ANNEX_EVERY
            self._tell_if(self.picture.changed_annexes())

    def drain(self) -> None:
        """Apply the events that wait, and those that follow within moments. Loss leads to a new dump of everything."""
        deadline = time.monotonic() + _GATHER_AT_MOST
        waiter = select.poll()
        waiter.register(self._events.fileno(), select.POLLIN)
        any_came = False
        while True:
            try:
                received = self._events.receive()
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._lost = True
                continue
            if received:
                any_came = True
                if not self._lost:
                    self._apply(*received)
            elif self._lost:
                self._begin_again()
            elif not any_came or not waiter.poll(_GATHER * 1000):
                return
            if time.monotonic() > deadline and not self._lost:
                return

    def settle(self) -> None:
        """Read again what events left to be read, then tell what has changed."""
        if self._scan_wanted:
            self.scan(quickly=True)
        while self.applier.sections or self.applier.links:
            self._read_parts()
        self._tell_if(self.picture.changes())

    def scan(self, *, quickly: bool) -> None:
        """Look who holds which namespace; take in what is new, drop what is gone."""
        self._scan_wanted = False
        now = time.monotonic()
        self._scan_due = [due for due in self._scan_due if due > now]
        if not quickly:
            self._next_scan = now + self._scan_every
        self.found, again = self._census.look(quickly=quickly)
        if again:
            self._scan_due.append(now + again)
        for inode, key in list(self._by_inode.items()):
            if self._doubtful(inode, key):
                self._drop(key)
        fresh = [one for inode, one in self.found.items() if inode not in self._by_inode and not one.scratch]
        if fresh:
            self._take_in(fresh)
            self._scan_due += [now + wait for wait in _FOLLOW_UPS]

    def _doubtful(self, inode: int, key: str) -> bool:
        """Whether the namespace of this inode is gone, netboard's own, or has none of its holders left."""
        found = self.found.get(inode)
        if found is None or found.scratch:
            return True
        place = self.picture.places[key]
        before, after = place.holders, found.holders
        if before == after:
            return False
        place.holders = after
        self.picture.dirty_places.add(key)
        return not (set(before.names) & set(after.names) or set(before.pids) & set(after.pids) or place.is_host)

    def _take_in(self, targets: list[Found]) -> None:
        home = self.reader.home()
        # At a cold start the picture comes first; what is told beside it is read right after.
        tables = len(targets) < _MANY
        for target, read in zip(targets, self.reader.whole(targets, tables=tables), strict=True):
            if read is None:
                continue
            place = Place(read.key, read.nsid, target.holders, is_host=target.holders.inode == home)
            place.fill(read.dump)
            if place.is_host:
                self._home = place.key
            elif place.nsid >= 0:
                self._by_nsid[place.nsid] = place.key
                self._strangers.discard(place.nsid)
            self._by_inode[target.holders.inode] = place.key
            self.picture.add(place)
            if not tables:
                self.applier.sections.add(Section(place.key, "tables"))
        fresh = {self._by_inode.get(target.holders.inode) for target in targets}
        for place in self.picture.places.values():
            if place.unresolved or place.is_host or place.key in fresh:
                self._number(place)

    def _number(self, place: Place) -> None:
        """How this namespace numbers others."""
        if place.is_host:
            pairs = {nsid: key for nsid, key in self._by_nsid.items() if key in self.picture.places}
            place.unresolved = False
        else:
            pairs, place.unresolved = self.numbers(place.nsid, place.home_nsid)
        before = dict(place.nsids)
        place.nsids = tuple(sorted(pairs.items()))
        changed = {nsid for nsid, key in place.nsids if before.get(nsid) != key}
        if changed or len(before) != len(pairs):
            self.picture.dirty_places.add(place.key)
        for link in place.links.values():
            if link.link_nsid in changed:
                self.applier.look_at_peer(place, link)

    def numbers(self, nsid: int, home_nsid: int) -> tuple[dict[int, str], bool]:
        """How the namespace with this id numbers others: id to key; and whether any is not known here."""
        pairs: dict[int, str] = {}
        unresolved = False
        for number, ours in self.reader.numbers_of(nsid):
            key = self._home if number == home_nsid else self._by_nsid.get(ours, "")
            if key in self.picture.places:
                pairs[number] = key
            else:
                unresolved = True
        return pairs, unresolved

    def _apply(self, nsid: int, messages: list[nl.Message]) -> None:
        key = self._by_nsid.get(nsid, "") if nsid >= 0 else self._home
        place = self.picture.places.get(key)
        for kind, body in messages:
            if nsid < 0 and kind in (nl.RTM_NEWNSID, nl.RTM_DELNSID):
                self._own_number(kind, told_id(body))
                place = self.picture.places.get(key)
            elif place:
                self.applier.apply(place, kind, body)
            elif not key and nsid not in self._strangers:
                self._strangers.add(nsid)
                self._scan_wanted = True

    def _own_number(self, kind: int, nsid: int) -> None:
        """An id in the observer's own namespace was given or freed: a namespace came into sight, or ended."""
        if kind == nl.RTM_DELNSID:
            self._strangers.discard(nsid)
            key = self._by_nsid.pop(nsid, "")
            if key in self.picture.places:
                self._drop(key)
            self._scan_wanted = True
        elif nsid not in self._by_nsid:
            self._scan_wanted = True

    def doubt(self, place: Place) -> None:
        """Another namespace was found in this one's stead: forget it and look again."""
        self._drop(place.key)
        self._scan_wanted = True

    def _drop(self, key: str) -> None:
        place = self.picture.places[key]
        self.picture.remove(key)
        if self._by_inode.get(place.holders.inode) == key:
            del self._by_inode[place.holders.inode]
        home = self.picture.places.get(self._home)
        if home:
            self._number(home)

    def _begin_again(self) -> None:
        """Events were lost: what waited in the queue is older than the gap and was thrown away; dump everything."""
        self._lost = False
        self.losses += 1
        self.picture.clear()
        self._by_inode.clear()
        self._by_nsid.clear()
        self._strangers.clear()
        self.applier.sections.clear()
        self.applier.links.clear()
        self.scan(quickly=False)

    def _read_parts(self) -> None:
        sections, links = self.applier.sections, self.applier.links
        self.applier.sections, self.applier.links = set(), set()
        wanted: list[tuple[Found, Parts]] = []
        for key in {name.namespace for name in sections} | {key for key, _ in links}:
            place = self.picture.places.get(key)
            found = self.found.get(place.holders.inode) if place else None
            if place and found:
                names = frozenset(section.name for section in sections if section.namespace == key)
                indexes = frozenset(ifindex for where, ifindex in links if where == key)
                kinds = frozenset(link.kind for link in place.links.values())
                wanted.append((found, Parts(key, names, indexes, kinds)))
        for (_, parts), again in zip(wanted, self.reader.parts(wanted), strict=True):
            place = self.picture.places.get(parts.key)
            if place and again:
                self._take_parts(place, again)

    def _take_parts(self, place: Place, again: Again) -> None:
        self.picture.dirty_places.add(place.key)
        if again.routes is not None:
            place.routes = again.routes
        if again.rules is not None:
            place.rules = again.rules
        if again.sysctls is not None:
            place.sysctls = again.sysctls
        if again.home_nsid is not None:
            place.home_nsid = again.home_nsid
            self._number(place)
        if again.tables is not None:
            place.take_tables(again.tables)
            self.picture.dirty_annexes.add(place.key)
        for ifindex, told in again.links.items():
            self.applier.place_link(place, told, ifindex)

    def _tell_if(self, change: FactsChange | None) -> None:
        if change:
            self._tell(change)
