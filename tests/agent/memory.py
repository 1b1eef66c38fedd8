"""A host's log in memory: fulfils `ports.LogWriter`, can be away, and can lose what it had."""

from collections.abc import Mapping

from netboard.core import diff
from netboard.core.errors import BusUnavailable
from netboard.core.model import Json
from netboard.core.ports import Change, HostGraph, HostStatus
from netboard.core.wire import Position


class MemoryWriter:
    """Keeps the graph as a reader would: the begun one with every delta applied."""

    def __init__(self, slots: Mapping[str, int] | None = None) -> None:
        self.graph: HostGraph | None = None
        self.position = Position(epoch="0", seq=0)
        self.reports: list[HostStatus] = []
        self.annexes: dict[str, Json] = {}
        self.away = False
        self._slots = dict(slots or {})

    def lose(self) -> None:
        """As if the bus had been restarted empty."""
        self.graph = None

    def slots(self) -> Mapping[str, int]:
        self._answer()
        return self._slots

    def begin(self, graph: HostGraph, status: HostStatus) -> Position:
        self._answer()
        self.graph = graph
        self.reports.append(status)
        self.position = Position(epoch=str(int(self.position["epoch"]) + 1), seq=0)
        return self.position

    def append(self, change: Change, at: str) -> Position | None:
        self._answer()
        if self.graph is None:
            return None
        self.graph = diff.apply(self.graph, change)
        self.position = Position(epoch=self.position["epoch"], seq=self.position["seq"] + 1)
        return self.position

    def report(self, status: HostStatus) -> None:
        self._answer()
        self.reports.append(status)

    def keep_annexes(self, annexes: Mapping[str, Json | None]) -> None:
        self._answer()
        self.annexes.update(annexes)

    def _answer(self) -> None:
        if self.away:
            raise BusUnavailable("away, as told")
