"""The regular comparison: what is kept against a fresh dump.

A difference counts only where two dumps, some time apart, agree on it and no event was about it meanwhile: an event may
follow the change that it tells of (carrier states come up to a second later), and a dump takes time.
"""

import time
from typing import Final

from netboard.adapters.kernel.dump import Dump
from netboard.adapters.kernel.events import Section
from netboard.adapters.kernel.picture import LinkKey, Place, ordered
from netboard.adapters.kernel.session import Session
from netboard.core.model import FactsChange

_CONFIRM_AFTER: Final = 1.5
_UNANNOUNCED: Final = "net.bridge."

Differences = frozenset[LinkKey | Section]


class Check:
    """One comparison after the other; each takes one or two steps of the session's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._suspects: Differences = frozenset()
        self._due = 0.0

    @property
    def pending(self) -> bool:
        """Whether a comparison waits for its second look."""
        return bool(self._suspects)

    def timeout(self) -> float:
        """Seconds until the second look is due; a long time where none is."""
        return max(0.0, self._due - time.monotonic()) if self.pending else 3600.0

    def begin(self) -> FactsChange | None:
        """The first look. What it tells at the end of the comparison, or None where a second look is needed."""
        if self.pending:
            return None
        session = self._session
        session.drain()
        session.scan(quickly=False)
        session.settle()
        session.applier.touched.clear()
        found = self._compare(set(session.picture.places))
        if not found:
            return FactsChange(source="kernel", by_check=True)
        self._suspects = found
        self._due = time.monotonic() + _CONFIRM_AFTER
        return None

    def finish(self) -> FactsChange | None:
        """The second look, once it is due; what it tells. None: not due yet."""
        if not self.pending or time.monotonic() < self._due:
            return None
        session = self._session
        session.drain()
        session.settle()
        suspects = self._suspects - session.applier.touched
        self._suspects = frozenset()
        fresh: dict[str, Dump] = {}
        confirmed = suspects & self._compare({name[0] for name in suspects}, fresh)
        for name in confirmed:
            self._take_over(name, fresh[name[0]])
        return session.picture.changes(by_check=True) or FactsChange(source="kernel", by_check=True)

    def _compare(self, keys: set[str], fresh: dict[str, Dump] | None = None) -> Differences:
        """What differs in these namespaces and no event was about; their dumps are put into `fresh`."""
        session = self._session
        places = [place for key in keys if (place := session.picture.places.get(key))]
        targets = [session.found[place.holders.inode] for place in places]
        differences: set[LinkKey | Section] = set()
        for place, read in zip(places, session.reader.whole(targets), strict=True):
            if read is None:
                continue
            if read.key != place.key:
                session.doubt(place)
                continue
            if fresh is not None:
                fresh[place.key] = read.dump
            self._keep_unannounced(place, read.dump)
            differences |= _differences(place, read.dump)
        session.drain()
        return frozenset(differences - session.applier.touched)

    def _keep_unannounced(self, place: Place, dump: Dump) -> None:
        """Take over what the kernel announces no change of: it is told, but not as something that was missed."""
        kept = [one for one in place.sysctls if not one[0].startswith(_UNANNOUNCED)]
        sysctls = tuple(sorted(kept + [one for one in dump.sysctls if one[0].startswith(_UNANNOUNCED)]))
        if sysctls != place.sysctls:
            place.sysctls = sysctls
            self._session.picture.dirty_places.add(place.key)

    def _take_over(self, name: LinkKey | Section, dump: Dump) -> None:
        picture = self._session.picture
        place = picture.places.get(name[0])
        if place is None:
            return
        if isinstance(name, Section):
            if name.name == "routes":
                place.routes = dump.routes
            elif name.name == "rules":
                place.rules = dump.rules
            else:
                place.sysctls = dump.sysctls
            picture.dirty_places.add(place.key)
            return
        ifindex = name[1]
        place.links.pop(ifindex, None)
        place.addresses.pop(ifindex, None)
        if ifindex in dump.links:
            place.links[ifindex] = dump.links[ifindex]
        if ifindex in dump.addresses:
            place.addresses[ifindex] = dump.addresses[ifindex]
        picture.dirty_links.add(name)


def _differences(place: Place, dump: Dump) -> set[LinkKey | Section]:
    found: set[LinkKey | Section] = set()
    for ifindex in place.links.keys() | dump.links.keys():
        link = dump.links.get(ifindex)
        fact = link._replace(addresses=ordered(dump.addresses.get(ifindex, ()))) if link else None
        if fact != place.link_fact(ifindex):
            found.add((place.key, ifindex))
    if place.routes != dump.routes:
        found.add(Section(place.key, "routes"))
    if place.rules != dump.rules:
        found.add(Section(place.key, "rules"))
    if place.sysctls != dump.sysctls:
        found.add(Section(place.key, "sysctls"))
    return found
