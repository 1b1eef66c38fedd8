"""One host as the hub knows it: where its log stands, what of its graph is loaded, and its latest entries."""

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final, NamedTuple

from netboard.core.feed import Entry, Kept, Part, at_top, top_of
from netboard.live import frames

RING_ENTRIES: Final = 2000
"""Entries kept for clients that fell behind or come back."""
RING_BYTES: Final = 2_000_000
"""The same in bytes of objects."""


class Loaded:
    """Encoded objects of a host: all of them, or its top."""

    def __init__(self, kept: Kept, whole: bool) -> None:
        self.whole = whole
        self.nodes = dict(kept.own.nodes)
        self.edges = dict(kept.own.edges)

    def apply(self, part: Part) -> None:
        """Carry out one entry's change."""
        _apply(self.nodes, part.nodes, part.removed_nodes, self.whole)
        _apply(self.edges, part.edges, part.removed_edges, self.whole)


def _apply(known: dict[str, bytes], put: Mapping[str, bytes], gone: Iterable[str], whole: bool) -> None:
    for object_id in gone:
        known.pop(object_id, None)
    known.update(put if whole else {object_id: raw for object_id, raw in put.items() if at_top(object_id)})


class Step(NamedTuple):
    """A delta frame (empty: nothing to be seen), and what of the fleet was touched: `n <id>` or `e <id>`."""

    text: str
    fleet: tuple[str, ...]


class HostLog:
    """One host. `epoch` and `seq` say up to where entries have been taken in; all that is loaded stands there too."""

    def __init__(self, host: str, epoch: str, seq: int, count: int) -> None:
        self.host = host
        self.epoch = epoch
        self.seq = seq
        self.count = count
        """Nodes of the whole graph, as the last survey told."""
        self.loaded: dict[bool, Loaded] = {}
        """By whether it is the whole graph or only its top."""
        self.fleet_nodes: dict[str, bytes] = {}
        self.fleet_edges: dict[str, bytes] = {}
        self._ring: deque[tuple[Entry, int]] = deque()
        """The last entries, without gaps, up to `seq`; reduced to the top unless the whole graph is loaded."""
        self._ring_bytes = 0
        self._steps: dict[tuple[int, int, bool], Step] = {}

    def begin(self, epoch: str, seq: int, count: int) -> None:
        """Everything known is void: a new epoch, or a gap."""
        self.epoch, self.seq, self.count = epoch, seq, count
        self.unload(True)
        self.unload(False)

    def unload(self, whole: bool) -> None:
        """Keep no longer what nobody looks at."""
        self.loaded.pop(whole, None)
        if not self.loaded:
            self.fleet_nodes, self.fleet_edges = {}, {}
            self._clear()

    def _clear(self) -> None:
        self._steps.clear()
        self._ring.clear()
        self._ring_bytes = 0

    def load(self, kept: Kept, whole: bool) -> bool:
        """Take in a graph that was just read; False unless it stands where this log stands (or nothing is loaded)."""
        if kept.head.epoch != self.epoch or (self.loaded and kept.head.seq != self.seq):
            return False
        if not self.loaded:
            self.seq = kept.head.seq
        if whole or not self.loaded:
            self._clear()
        self.loaded[whole] = Loaded(kept, whole)
        self.fleet_nodes, self.fleet_edges = dict(kept.fleet.nodes), dict(kept.fleet.edges)
        return True

    def take(self, entry: Entry) -> bool:
        """Take in the next entry; False if there is a gap before it."""
        if entry.seq <= self.seq:
            return True
        if entry.seq != self.seq + 1:
            return False
        self.seq = entry.seq
        self._steps.clear()
        if not self.loaded:
            return True
        self._ring.append(self._kept(entry))
        self._ring_bytes += self._ring[-1][1]
        while len(self._ring) > RING_ENTRIES or (self._ring_bytes > RING_BYTES and len(self._ring) > 1):
            self._ring_bytes -= self._ring.popleft()[1]
        for loaded in self.loaded.values():
            loaded.apply(entry.own)
        _apply(self.fleet_nodes, entry.fleet.nodes, entry.fleet.removed_nodes, True)
        _apply(self.fleet_edges, entry.fleet.edges, entry.fleet.removed_edges, True)
        return True

    def _kept(self, entry: Entry) -> tuple[Entry, int]:
        if True not in self.loaded:
            entry = entry._replace(own=top_of(entry.own))
        parts = (entry.own, entry.fleet)
        return entry, 500 + sum(len(raw) for part in parts for raw in (*part.nodes.values(), *part.edges.values()))

    def since(self, seq: int) -> list[Entry] | None:
        """The entries after `seq`, in order; None if they are not all kept."""
        if not self.reaches(seq):
            return None
        return [entry for entry, _ in islice(self._ring, len(self._ring) - (self.seq - seq), None)]

    def step(self, told: int, done: int, whole: bool) -> Step | None:
        """What a client needs to come from `done` to here, if it was told up to `told`; None: the way is not kept.

        Made once for all clients that stand at the same place.
        """
        key = (told, done, whole)
        step = self._steps.get(key)
        if step is None:
            entries = self.since(done)
            if entries is None:
                return None
            merged = frames.merge(entries, whole)
            text = frames.delta(self.host, self.epoch, told, self.seq, merged) if merged else ""
            step = self._steps[key] = Step(text, tuple(_fleet_keys(entries)))
        return step

    def reaches(self, seq: int) -> bool:
        """Whether `since` has an answer."""
        return 0 <= self.seq - seq <= len(self._ring)

    @property
    def reach(self) -> int:
        """The lowest `seq` that `since` has an answer for."""
        return self.seq - len(self._ring)

    def extend(self, older: list[Entry]) -> None:
        """Put entries before those that are kept, as far as they join and there is room."""
        for entry in reversed(older):
            if entry.seq == self.reach and len(self._ring) < RING_ENTRIES and self._ring_bytes < RING_BYTES:
                self._ring.appendleft(self._kept(entry))
                self._ring_bytes += self._ring[0][1]


def _fleet_keys(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        part = entry.fleet
        if part:
            for object_id in (*part.nodes, *part.removed_nodes):
                yield f"n {object_id}"
            for object_id in (*part.edges, *part.removed_edges):
                yield f"e {object_id}"
