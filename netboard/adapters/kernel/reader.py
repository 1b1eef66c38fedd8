"""Going into namespaces to read: all of one, or only the parts that events left to be read again."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from netboard.adapters.kernel import dump, nsids
from netboard.adapters.kernel.census import Found, open_namespace
from netboard.adapters.kernel.dump import Dump
from netboard.adapters.kernel.namespaces import Visitor
from netboard.adapters.kernel.netlink import RouteSocket
from netboard.adapters.kernel.parse import LinkMessage
from netboard.core.ids import namespace_key
from netboard.core.model import Route, Rule

_BATCH = 128
"""Namespaces open at once; a process may have 1,024 descriptors by default."""

T = TypeVar("T")


class Read(NamedTuple):
    """A namespace that was read whole."""

    key: str
    nsid: int
    dump: Dump


class Parts(NamedTuple):
    """Parts of one namespace that are to be read again."""

    key: str
    sections: frozenset[str]
    links: frozenset[int]
    kinds: frozenset[str] = frozenset()


class Again(NamedTuple):
    """Those parts as they are now; what was not asked for is None, or empty."""

    routes: tuple[Route, ...] | None
    rules: tuple[Rule, ...] | None
    sysctls: tuple[tuple[str, str], ...] | None
    home_nsid: int | None
    tables: Dump | None
    links: Mapping[int, LinkMessage | None]


class Reader:
    """Reads namespaces through the visitor's thread, and gives each an id in the observer's own."""

    def __init__(self, boot_id: str) -> None:
        self._boot_id = boot_id
        self._visitor = Visitor()
        self._control = RouteSocket()
        self._control.check_strictly()

    def close(self) -> None:
        """End the visitor's thread, close descriptors."""
        self._control.close()
        self._visitor.close()

    def home(self) -> int:
        """The inode of the observer's own namespace."""
        return os.fstat(self._visitor.home).st_ino

    def whole(self, targets: Sequence[Found], *, tables: bool = True) -> list[Read | None]:
        """Everything in each of these (without `tables`, but for these). None: it vanished, or may not be entered."""
        home = self._visitor.home

        def look(_: int) -> tuple[str, Dump]:
            with RouteSocket() as inside:
                key = namespace_key(self._boot_id, inside.cookie())
                return key, dump.whole(inside, key, home, tables=tables)

        def prepare(target: Found, descriptor: int) -> int:
            if target.holders.inode == self.home():
                return nsids.NOT_ASSIGNED
            try:
                return nsids.give_id(self._control, descriptor)
            except OSError:
                return nsids.NOT_ASSIGNED

        found = self._visit(targets, prepare, look)
        return [Read(one[1][0], one[0], one[1][1]) if one else None for one in found]

    def parts(self, wanted: Sequence[tuple[Found, Parts]]) -> list[Again | None]:
        """Parts of each of these. None: it vanished, or may not be entered."""
        home = self._visitor.home

        def look(place: int) -> Again:
            parts = wanted[place][1]
            sections = parts.sections
            with RouteSocket() as inside:
                return Again(
                    dump.routes(inside) if "routes" in sections else None,
                    dump.rules(inside) if "rules" in sections else None,
                    dump.sysctls(inside, "bridge" in parts.kinds) if "sysctls" in sections else None,
                    nsids.id_of(inside, home) if "nsids" in sections else None,
                    dump.tables(inside, parts.kinds) if "tables" in sections else None,
                    {ifindex: dump.one_link(inside, parts.key, ifindex) for ifindex in parts.links},
                )

        found = self._visit([target for target, _ in wanted], lambda *_: 0, look)
        return [one[1] if one else None for one in found]

    def numbers_of(self, nsid: int) -> list[tuple[int, int]]:
        """How the namespace with this id here numbers others: (its id, ours or -1); nothing where it vanished."""
        try:
            return nsids.numbers_of(self._control, nsid)
        except OSError:
            return []

    def _visit(
        self, targets: Sequence[Found], prepare: Callable[[Found, int], int], look: Callable[[int], T]
    ) -> list[tuple[int, T] | None]:
        results: list[tuple[int, T] | None] = []
        for start in range(0, len(targets), _BATCH):
            batch = range(start, min(start + _BATCH, len(targets)))
            results += self._visit_batch([(place, targets[place]) for place in batch], prepare, look)
        return results

    def _visit_batch(
        self, targets: Sequence[tuple[int, Found]], prepare: Callable[[Found, int], int], look: Callable[[int], T]
    ) -> list[tuple[int, T] | None]:
        opened: dict[int, int] = {}
        numbers: dict[int, int] = {}
        try:
            for place, target in targets:
                descriptor = open_namespace(target)
                if descriptor >= 0:
                    opened[place] = descriptor
                    numbers[place] = prepare(target, descriptor)
            places = list(opened)
            looked = self._visitor.each(list(opened.values()), lambda number: look(places[number]))
        finally:
            for descriptor in opened.values():
                os.close(descriptor)
        found = dict(zip(places, looked, strict=True))
        results: list[tuple[int, T] | None] = []
        for place, _ in targets:
            one = found.get(place)
            results.append(None if one is None or isinstance(one, OSError) else (numbers[place], one))
        return results
