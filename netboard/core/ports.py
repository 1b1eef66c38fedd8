"""The protocols that adapters fulfil. Whoever needs the outside is handed one of these; only `wiring` knows them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NotRequired, Protocol, TypedDict

from netboard.core.change.specs import ContainerRun, NetworkCreate
from netboard.core.feed import Entry, Head, Kept
from netboard.core.model import Container, Endpoint, FactsChange, Json, Network
from netboard.core.operations import Report
from netboard.core.wire import Edge, Node, Position

Tell = Callable[[FactsChange], None]


class Watcher(Protocol):
    """One source of facts of one host: dumps, then follows events, in threads of its own."""

    def start(self, tell: Tell) -> None:
        """Subscribe, dump, tell everything once (`whole`), then tell each change. Returns at once.

        `tell` is called from the watcher's threads, never concurrently with itself. A source that fails tells its
        state (`stale` or `absent` with a code), tries again with back-off, and tells everything anew once it speaks.
        """

    def check(self) -> None:
        """Ask to compare what is kept with a fresh dump; differences are told with `by_check`. Returns at once."""

    def stop(self) -> None:
        """End all threads and close all descriptors, within 5 s."""


class SourceStatus(TypedDict):
    """Whether a source speaks, since when, and why not."""

    state: str
    since: str
    code: str
    params: dict[str, Json]


class HostStatus(TypedDict):
    """What an observer says of itself and its sources, renewed at every heartbeat."""

    host: str
    title: str
    at: str
    """RFC 3339 in UTC, of this heartbeat."""
    started: str
    version: str
    sources: dict[str, SourceStatus]
    """`engine`, `kernel`."""
    engine: dict[str, Json]
    """The fields of `model.Engine`."""
    checks: int
    """Comparisons made."""
    differences: int
    """What comparisons found that events had not told; should stay 0."""
    simulated: NotRequired[bool]


class Change(NamedTuple):
    """What happened to one host's graph: whole objects that are new or changed, ids that are gone."""

    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]
    removed_nodes: frozenset[str]
    removed_edges: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.removed_nodes or self.removed_edges)


class HostGraph(NamedTuple):
    """One host's graph, by id."""

    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]


class LogWriter(Protocol):
    """The log of one host, written by its observer alone. All raise `BusUnavailable` while the bus is away."""

    def slots(self) -> Mapping[str, int]:
        """The places that were assigned before, by node id: what the recorder keeps, else what the last graph had."""

    def begin(self, graph: HostGraph, status: HostStatus) -> Position:
        """Replace the host's graph and start a new epoch."""

    def append(self, change: Change, at: str) -> Position | None:
        """Add one delta. None: the log is not there any more (the bus lost it); `begin` anew."""

    def report(self, status: HostStatus) -> None:
        """Renew the heartbeat; told to readers at once where a source's state changed."""

    def keep_annexes(self, annexes: Mapping[str, Json | None]) -> None:
        """Replace annexes, by namespace node id; None removes."""


class DeltaRecord(NamedTuple):
    """One entry of a host's log, decoded."""

    host: str
    position: Position
    base: int
    at: str
    change: Change


class LogReader(Protocol):
    """The logs of all hosts, read without waiting. Every method raises `BusUnavailable` while the bus is away."""

    def hosts(self) -> list[str]:
        """Ids of the hosts that have a log or a status."""

    def graph(self, host: str) -> tuple[Position, HostGraph] | None:
        """The host's current graph and where it stands."""

    def status(self, host: str) -> HostStatus | None:
        """The last heartbeat."""

    def annex(self, host: str, namespace: str) -> Json:
        """The annex of a namespace's node id; None where there is none."""

    def forget(self, host: str) -> None:
        """Drop everything of a host that was removed."""


class BusReader(LogReader, Protocol):
    """What else a web process asks the bus. Every method but `close` raises `BusUnavailable` while it is away."""

    def heads(self, hosts: list[str]) -> dict[str, Head]:
        """Where these hosts' logs end; a host without log is not in the answer."""

    def kept(self, host: str) -> Kept | None:
        """The host's current graph, encoded."""

    def between(self, host: str, epoch: str, after: int, upto: int) -> list[Entry]:
        """The entries `after` < seq <= `upto`; fewer if the log was trimmed or began anew."""

    def tops(self, hosts: Sequence[str]) -> dict[str, Kept]:
        """Of these hosts only what is shown from afar: hosts and networks. A host without log is not in the answer."""

    def holding(self, nodes: Mapping[str, tuple[str, str]]) -> list[str]:
        """Of these hosts, those whose graph has the first of two nodes as its own, or the second in the fleet."""

    def statuses(self, hosts: list[str]) -> dict[str, HostStatus]:
        """The last heartbeats of many hosts in one round trip; who has none is not in the answer."""

    def beat(self, name: str) -> dict[str, Json] | None:
        """The heartbeat of a process (`recorder`); None once it is too old."""

    def ping(self) -> None:
        """Ask whether the bus answers."""

    def close(self) -> None:
        """Close the connections."""


class ReportWriter(Protocol):
    """The agent's side of operations on the bus. Every method raises `BusUnavailable` while the bus is away."""

    def take(self, operation: str, token: int, seconds: float) -> bool:
        """Take the lease of an operation. False: this delivery has it or has ended, or a later one has it."""

    def renew(self, operation: str, token: int, seconds: float, *reports: Report) -> bool:
        """Tell the recorder these reports and keep the lease. False: somebody else has it; stop."""

    def release(self, operation: str, token: int, ended: bool, *reports: Report) -> None:
        """Tell the recorder these reports and give the lease back. `ended`: copies of this delivery that arrive later
        are not begun. All of it happens or nothing."""

    def report(self, *reports: Report) -> None:
        """Tell the recorder these reports in this order, all or none."""


class Told(NamedTuple):
    """One report with its position. `report` None: it makes no sense, and `why` says what is wrong with it."""

    position: str
    report: Report | None
    why: str = ""


class ReportReader(Protocol):
    """The recorder's side of operations on the bus."""

    def reports(self, after: str, most: int = 500, wait: float = 0.0) -> list[Told]:
        """Reports after a position (`0` for all that is kept); `wait`: seconds for the first."""

    def set_aside(self, position: str, why: str) -> None:
        """Keep the report at this position, which nobody can take in, for people to look at."""

    def aside(self) -> int:
        """How many reports were set aside."""

    def held(self, operations: list[str]) -> set[str]:
        """Which of these operations an agent holds a live lease on."""

    def bar(self, operation: str, token: int) -> bool:
        """Have no agent begin a delivery up to this one any more. False: one has begun some delivery of it."""

    def ring(self) -> None:
        """Say that there is something to send."""

    def rung(self, seconds: float) -> bool:
        """Wait for somebody to ring."""


class Interface(NamedTuple):
    """A device as a check after a change looks at it."""

    name: str
    mac: str
    up: bool
    addresses: tuple[str, ...]
    """With prefix length."""


class DataPlane(Protocol):
    """What is asked of a host's kernel after a change. Raises `KernelUnavailable`."""

    def device(self, name: str) -> Interface | None:
        """A device of the host's own namespace; None where there is none of that name."""

    def routed(self, device: str) -> list[str]:
        """The destinations, with prefix length, that the host reaches directly by this device."""

    def translated(self, subnet: str) -> bool | None:
        """Whether a rule masquerades what leaves this subnet; None where the rules cannot be listed."""

    def inside(self, sandbox: str) -> list[Interface]:
        """The devices of the namespace behind a path."""

    def answers_on_bridge(self, bridge: str, addresses: list[str], seconds: float) -> dict[str, set[str]]:
        """Who answers ARP on a bridge: MACs by address."""

    def answers_on_parent(
        self, kind: str, parent: str, mode: str, addresses: list[str], seconds: float
    ) -> dict[str, set[str]]:
        """Who answers ARP to a new child of this kind on a parent; raises where the kernel refuses such a child."""


class EngineWriter(Protocol):
    """What an agent changes on its engine. Raises `EngineUnavailable`, `Missing` and `Refused`."""

    def networks_of(self, operation: str) -> list[Network]:
        """The networks that carry this operation's label."""

    def containers_of(self, operation: str) -> list[Container]:
        """The containers, running or not, that carry this operation's label."""

    def named(self, name: str) -> list[Network]:
        """The networks with exactly this name."""

    def network(self, network: str) -> Network | None:
        """A network by its full id; None where it is gone."""

    def members(self, network: str) -> list[str]:
        """Full ids of the containers that are attached to a network and run."""

    def attached(self, network: str) -> list[str]:
        """Full ids of the containers that are attached to a network, running or not."""

    def container(self, container: str) -> Container | None:
        """A container by its full id; None where it is gone."""

    def has_image(self, image: str) -> bool:
        """Whether the image is on the host."""

    def create_network(self, spec: NetworkCreate, labels: Mapping[str, str]) -> str:
        """Make a network and return its full id."""

    def remove_network(self, network: str) -> None:
        """Remove a network; gone already is no error."""

    def connect(self, network: str, container: str, endpoint: Endpoint) -> None:
        """Attach a container."""

    def disconnect(self, network: str, container: str) -> None:
        """Take a container off a network."""

    def create_container(self, spec: ContainerRun, labels: Mapping[str, str]) -> str:
        """Make a container, not started yet, and return its full id."""

    def start_container(self, container: str) -> None:
        """Start a container."""

    def remove_container(self, container: str) -> None:
        """Stop and remove a container; gone already is no error."""
