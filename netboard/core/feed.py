"""The logs of all hosts as a web process follows them: objects stay encoded, since they are mostly passed on.

What belongs to the fleet (overlay networks and the edges at them) travels in the log of each host that has a part in
it and is kept apart from the host's own objects: `Part` is one or the other.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from netboard.core.ids import class_of
from netboard.core.model import Json


class Part(NamedTuple):
    """Encoded objects by id (JSON, UTF-8, one object each), and ids that are gone. Of a graph the latter are empty."""

    nodes: Mapping[str, bytes]
    edges: Mapping[str, bytes]
    removed_nodes: Sequence[str] = ()
    removed_edges: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.removed_nodes or self.removed_edges)


NOTHING = Part({}, {})


class Head(NamedTuple):
    """Where a host's log ends, and how many nodes its graph has."""

    epoch: str
    seq: int
    nodes: int


class Entry(NamedTuple):
    """One entry of a host's log. `seq` 0: the host began anew. Any other one leads from `seq` - 1 to `seq`."""

    host: str
    epoch: str
    seq: int
    at: str
    own: Part
    fleet: Part
    status: bytes = b""
    """A heartbeat that told of a change of a source, encoded."""


class Kept(NamedTuple):
    """One host's graph as it is kept: whole, or only its top (the host, its networks, and the edges among these)."""

    head: Head
    own: Part
    fleet: Part


class Survey(NamedTuple):
    """All hosts at one moment. A host without head has lost its log or not begun one."""

    hosts: frozenset[str]
    heads: Mapping[str, Head]
    statuses: Mapping[str, bytes]


class LogFeed(Protocol):
    """All logs, for one event loop. Every method raises `BusUnavailable` while the bus is away."""

    async def survey(self) -> Survey:
        """What hosts there are, where their logs end, and their last heartbeats."""

    async def follow(self, positions: Mapping[str, tuple[str, int]], seconds: float) -> list[Entry]:
        """Entries after these positions (epoch, seq) in order for each host; waits so long for the first one."""

    async def kept(self, hosts: Sequence[str], whole: bool) -> dict[str, Kept]:
        """The graphs of these hosts, or their tops. A host without log is not in the answer."""

    async def between(self, host: str, epoch: str, after: int, upto: int) -> list[Entry]:
        """The entries `after` < seq <= `upto`; fewer if the log was trimmed or began anew."""

    async def close(self) -> None:
        """Close all connections."""


class LogStore(Protocol):
    """What the recorder keeps for the bus, which may lose it at any time."""

    async def seed_slots(self, slots: Mapping[str, Mapping[str, int]]) -> None:
        """Give back the slots of nodes, by host, where the bus has none."""

    async def seed_places(self, places: Mapping[str, int]) -> None:
        """Give back the places of hosts which the bus does not know."""

    async def places(self) -> dict[str, int]:
        """The places of hosts that the bus knows."""

    async def ready(self) -> None:
        """Say that what was kept is there: observers wait a little for it before they give out slots."""

    async def ready_said(self) -> bool:
        """Whether that was said since the bus started."""

    async def beat(self, name: str, report: Mapping[str, Json], seconds: float) -> None:
        """Renew a process's own heartbeat, which vanishes after so many seconds."""


class RecorderFeed(LogFeed, LogStore, Protocol):
    """Both, as the recorder uses them."""


def at_top(object_id: str) -> bool:
    """Whether a node or edge belongs to what is shown of a host from afar.

    An edge's id begins with the id of the node that it was derived from (see `ids`), so it tells the class as well.
    """
    return class_of(object_id) in ("host", "network")


def top_of(part: Part) -> Part:
    """What of a part is shown from afar."""
    return Part(
        {node_id: raw for node_id, raw in part.nodes.items() if at_top(node_id)},
        {edge_id: raw for edge_id, raw in part.edges.items() if at_top(edge_id)},
        [node_id for node_id in part.removed_nodes if at_top(node_id)],
        [edge_id for edge_id in part.removed_edges if at_top(edge_id)],
    )
