"""What goes to browsers, as typed dicts. `static/src/wire.ts` is generated from this module, never written by hand."""

from typing import Literal, NotRequired, TypedDict

from netboard.core.model import Json

State = Literal["up", "down", "degraded", "paused", "stopped", "unknown"]
Detail = Literal["fleet", "full"]
SourceName = Literal["observer", "engine", "kernel"]
EdgeKind = Literal["peer", "port", "lower", "underlay", "implements", "endpoint", "contains", "publishes"]


class Warning(TypedDict):
    """A code with its parameters; put into words at the edge."""

    code: str
    params: dict[str, Json]


class Node(TypedDict):
    """One thing on the board. `kind`: host, namespace, container, network, or a device's kind in the kernel's word."""

    id: str
    kind: str
    name: str
    host: str | None
    namespace: str | None
    """Of a device and a container: the id of its namespace's node."""
    parent: str | None
    """What contains it: of a device its namespace, of a namespace, network or container without one its host."""
    slot: int
    state: State
    warnings: list[Warning]
    facts: dict[str, Json]


class Edge(TypedDict):
    """One relation, with the evidence for it. Undecided, it has no `target` but `candidates`."""

    id: str
    kind: EdgeKind
    source: str
    target: str | None
    certain: bool
    evidence: str
    facts: dict[str, Json]
    candidates: NotRequired[list[str]]


class Position(TypedDict):
    """Where a reader stands in one host's log."""

    epoch: str
    seq: int


Cursor = dict[str, Position]


class Graph(TypedDict):
    """The answer of `GET topology`."""

    cursor: Cursor
    generated_at: str
    nodes: list[Node]
    edges: list[Edge]


class Upsert(TypedDict):
    """Whole objects that are new or changed."""

    nodes: list[Node]
    edges: list[Edge]


class Remove(TypedDict):
    """Ids that are gone."""

    nodes: list[str]
    edges: list[str]


class Scope(TypedDict):
    """What a client wants to see: host ids, or `*`."""

    hosts: list[str]
    detail: Detail


class Hello(TypedDict):
    """The first frame of a client."""

    type: Literal["hello"]
    scope: Scope
    resume: NotRequired[Cursor]


class Snapshot(TypedDict):
    """Everything in the client's scope."""

    type: Literal["snapshot"]
    detail: Detail
    cursor: Cursor
    generated_at: str
    nodes: list[Node]
    edges: list[Edge]


class Delta(TypedDict):
    """From `base` to `seq` of one host's log; merged deltas span several numbers."""

    type: Literal["delta"]
    host: str
    epoch: str
    base: int
    seq: int
    upsert: Upsert
    remove: Remove
    at: str


class Stale(TypedDict):
    """A source of this host has been silent since then. `code` and `params` say why, where it is known."""

    type: Literal["stale"]
    host: str
    source: SourceName
    since: str
    code: NotRequired[str]
    params: NotRequired[dict[str, Json]]


class Live(TypedDict):
    """A source of this host speaks again."""

    type: Literal["live"]
    host: str
    source: SourceName


class Ping(TypedDict):
    """Every 15 s; needs no answer."""

    type: Literal["ping"]


class Notice(TypedDict):
    """Something about the whole connection: `bus_silent`, `bus_live`, `version` (the server's build changed)."""

    type: Literal["notice"]
    code: str
    params: dict[str, Json]


class StepDetail(TypedDict):
    """What a step found: a code with its parameters; put into words at the edge."""

    code: str
    params: dict[str, Json]


class Step(TypedDict):
    """One step of an operation as it goes. `state`: waiting, running, done, warned, failed or skipped."""

    name: str
    state: str
    detail: list[StepDetail]
    at: str


class Progress(TypedDict):
    """An operation on a host in view went on. Each frame is whole: a later one replaces the earlier."""

    type: Literal["operation"]
    id: str
    host: str
    kind: str
    subject: str
    state: str
    steps: list[Step]
    error: StepDetail | None


class SweepRow(TypedDict):
    """What one address said to a sweep. `container`: the id of its node, where one has the address."""

    address: str
    alive: bool
    kind: Literal["endpoint", "gateway", "kernel", "stranger", "silent", "free"]
    container: str | None
    rtt_us: float | None
    code: str
    """Why it is silent, or what else there is to say of it; empty: nothing. Put into words at the edge."""
    params: dict[str, Json]


class SweepProgress(TypedDict):
    """A sweep on a host in view went on. `results` are the rows since the frame before; the rest is whole."""

    type: Literal["sweep"]
    id: str
    host: str
    network: str | None
    """The id of the network's node; null for a free range."""
    cidr: str
    state: Literal["planned", "running", "done", "failed", "cancelled"]
    asked: int
    """Addresses asked so far, of `total`."""
    total: int
    alive: int
    results: list[SweepRow]
    error: StepDetail | None


class Traffic(TypedDict):
    """What passed the devices of a watched host lately. Each frame is whole: a later one replaces the earlier."""

    type: Literal["traffic"]
    host: str
    at: str
    interval: float
    """Seconds between this sample and the one before."""
    rates: dict[str, list[float]]
    """By device, each a second: packets received and sent, bytes received and sent, errors received and sent, drops
    received and sent, as the kernel orders them. A device that is not named carried nothing."""


class Reached(TypedDict):
    """How one thing that a monitor asks is. `source`, `target` and `network` are ids of nodes."""

    monitor: int
    """0: the default monitor, every container's gateway."""
    key: str
    kind: str
    state: Literal["up", "degraded", "down", "unknown"]
    since: str
    loss: float | None
    """A share, 0 to 1."""
    rtt_us: float | None
    source: str | None
    target: str | None
    network: str | None


class Reach(TypedDict):
    """What monitors of a host found: all that changed since the frame before."""

    type: Literal["reach"]
    host: str
    items: list[Reached]


class Watch(TypedDict):
    """A client's second kind of frame: the hosts whose traffic it wants from now on. It replaces the earlier list."""

    type: Literal["watch"]
    traffic: list[str]


ServerFrame = Snapshot | Delta | Stale | Live | Ping | Notice | Progress | SweepProgress | Traffic | Reach
ClientFrame = Hello | Watch
