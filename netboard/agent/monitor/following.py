"""What the host's observer says, read from the bus: the part of its graph that monitors need, and whether it lives."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec

from netboard.core.feed import Part
from netboard.core.ids import class_of
from netboard.core.ports import BusReader
from netboard.core.probes.targets import World
from netboard.core.wire import Edge, Node

NEARBY: Final = 500
"""Changes that are read one by one; after a longer absence the whole graph is read anew."""
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Following:
    """Follows one host's log. `refresh` is called from time to time, by one thread."""

    def __init__(self, reader: BusReader, host: str, stale_after: float) -> None:
        self._reader = reader
        self._host = host
        self._stale_after = stale_after
        self._epoch = ""
        self._seq = 0
        self._home = ""
        self._beat = ""
        self._beat_at = -1e9
        self._sources: Mapping[str, Any] = {}
        self.world = World()
        self.changes = 0
        """Grows with every change of the world."""

    @property
    def observer_lives(self) -> bool:
        """Whether the observer's heartbeat changed lately, by this process's clock."""
        return time.monotonic() - self._beat_at <= self._stale_after

    @property
    def engine_lives(self) -> bool:
        """Whether the observer hears the engine."""
        return bool(self._sources.get("engine", {}).get("state") == "live")

    def refresh(self) -> None:
        """Read what is new. Raises `BusUnavailable`."""
        status = self._reader.status(self._host)
        if status is not None and status["at"] != self._beat:
            self._beat, self._beat_at, self._sources = status["at"], time.monotonic(), status["sources"]
        head = self._reader.heads([self._host]).get(self._host)
        if head is None or (head.epoch, head.seq) == (self._epoch, self._seq):
            return
        if head.epoch != self._epoch or not 0 < head.seq - self._seq <= NEARBY or not self._step(head.seq):
            self._anew()
        self.changes += 1

    def _step(self, upto: int) -> bool:
        entries = self._reader.between(self._host, self._epoch, self._seq, upto)
        if [entry.seq for entry in entries] != list(range(self._seq + 1, upto + 1)):
            return False
        for entry in entries:
            for part in (entry.own, entry.fleet):
                self.world.drop(part.removed_nodes, part.removed_edges)
                self._put(part)
        self._seq = upto
        return True

    def _anew(self) -> None:
        kept = self._reader.kept(self._host)
        if kept is None:
            return
        self.world = World()
        self._home = ""
        self._put(kept.own)
        self._put(kept.fleet)
        self._epoch, self._seq = kept.head.epoch, kept.head.seq

    def _put(self, part: Part) -> None:
        nodes = list(self._nodes(part.nodes, ("container", "network", "namespace")))
        for node in nodes:
            if node["facts"].get("is_host"):
                self._home = node["id"].split(".n.")[-1]
        nodes += self._nodes(part.nodes, ("device",))
        edges = [cast("Edge", _decode(raw)) for edge, raw in part.edges.items() if ".c." in edge and ".e." in edge]
        self.world.put(nodes, edges)

    def _nodes(self, raw: Mapping[str, bytes], classes: Iterable[str]) -> Iterable[Node]:
        """Decoded nodes of these classes; of devices only the host's own."""
        for node, encoded in raw.items():
            kind = class_of(node)
            if kind in classes and (kind != "device" or (self._home and f".d.{self._home}." in node)):
                yield cast("Node", _decode(encoded))
