"""All clients of one web process that see the same: which hosts, in what detail, and their common snapshot."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from netboard.core.clock import utc
from netboard.core.ids import FLEET
from netboard.core.wire import Cursor, Detail, Position
from netboard.live import frames
from netboard.live.host import HostLog
from netboard.live.overlay import Share, merged

if TYPE_CHECKING:
    from netboard.live.client import Client

REUSE: Final = 1.0
"""Seconds for which a snapshot is given to further clients, who get deltas from there on."""


class View(NamedTuple):
    """What a client asked for, within what its person may see. None stands for all hosts."""

    visible: frozenset[str] | None
    hosts: frozenset[str] | None
    detail: Detail
    whole: frozenset[str] = frozenset()
    """Hosts to be told in full beside the others' tops."""

    def covers(self, host: str) -> bool:
        """Whether this host is in view."""
        return (self.visible is None or host in self.visible) and (self.hosts is None or host in self.hosts)


class Told(NamedTuple):
    """A snapshot frame, and where its reader stands."""

    text: str
    cursor: Cursor


class Audience:
    """Clients with one view. `hosts`: all in view, and which of them are told whole; `shown`: those that are loaded."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.clients: set[Client] = set()
        self.hosts: dict[str, bool] = {}
        self.shown: dict[str, bool] = {}
        self.detail: Detail = view.detail
        self.ready = False
        """What there is has been loaded once."""
        self._cached: tuple[float, Told] | None = None

    def resolve(self, logs: Mapping[str, HostLog], full_limit: int) -> None:
        """Decide anew which hosts are told, and how."""
        hosts = [host for host in logs if self.view.covers(host)]
        total = sum(logs[host].count for host in hosts)
        self.detail = "full" if self.view.detail == "full" and total <= full_limit else "fleet"
        resolved = dict.fromkeys(hosts, self.detail == "full")
        room = full_limit
        if self.detail == "fleet":
            for host in sorted(self.view.whole & resolved.keys()):
                room -= logs[host].count
                resolved[host] = room >= 0
        if resolved != self.hosts:
            self.hosts = resolved
            self._cached = None

    def refresh(self, logs: Mapping[str, HostLog]) -> bool:
        """Find out which hosts' graphs are there to be told; answers whether these are others than before."""
        shown = {host: whole for host, whole in self.hosts.items() if host in logs and whole in logs[host].loaded}
        if shown == self.shown:
            return False
        self.shown = shown
        self._cached = None
        return True

    def snapshot(self, logs: Mapping[str, HostLog], now: float) -> Told | None:
        """The common snapshot; one made a moment ago serves as well, if deltas lead on from it.

        None while a host's graph is just being read anew.
        """
        if self._cached and now - self._cached[0] < REUSE and self._leads_on(self._cached[1].cursor, logs):
            return self._cached[1]
        if not all(host in logs and whole in logs[host].loaded for host, whole in self.shown.items()):
            return None
        shares = [
            Share(host, whole, logs[host].fleet_nodes, logs[host].fleet_edges) for host, whole in self.shown.items()
        ]
        fleet_nodes, fleet_edges = merged(shares)
        nodes, edges = list(fleet_nodes.values()), list(fleet_edges.values())
        for host, whole in self.shown.items():
            nodes += logs[host].loaded[whole].nodes.values()
            edges += logs[host].loaded[whole].edges.values()
        cursor = cursor_of({host: (logs[host].epoch, logs[host].seq) for host in self.shown})
        told = Told(frames.snapshot(self.detail, cursor, utc(), nodes, edges), cursor)
        self._cached = (now, told)
        return told

    def _leads_on(self, cursor: Cursor, logs: Mapping[str, HostLog]) -> bool:
        return len(cursor) == len(self.shown) + 1 and all(
            host in logs and cursor[host]["epoch"] == logs[host].epoch and logs[host].reaches(cursor[host]["seq"])
            for host in self.shown
        )

    def drop_cache(self) -> None:
        """Free the snapshot's memory."""
        self._cached = None


def cursor_of(positions: Mapping[str, tuple[str, int]]) -> Cursor:
    """A cursor at these positions (epoch, seq), with that of the fleet, which follows from them.

    So it is the same in every web process: its epoch changes with any host's, its seq grows with any host's.
    """
    cursor: Cursor = {host: Position(epoch=epoch, seq=seq) for host, (epoch, seq) in positions.items()}
    cursor[FLEET] = Position(
        epoch=fleet_epoch((host, epoch) for host, (epoch, _) in positions.items()),
        seq=sum(seq for _, seq in positions.values()),
    )
    return cursor


def fleet_epoch(epochs: Iterable[tuple[str, str]]) -> str:
    """The fleet's epoch among hosts with these epochs."""
    return hashlib.sha256("\n".join(f"{host} {epoch}" for host, epoch in sorted(epochs)).encode()).hexdigest()[:16]
