"""Sweeps, probes and monitors: the messages that web and agent exchange about them. All are plain JSON.

A `SweepJob` travels, signed, from the board to the host's agent on the queue `host.<id>.probes`; `SweepReport`s travel
back. A `MonitorPlan` is what the host's one prober works by until it is replaced; it tells `Observation`s.

    planned ──► running ──► done
       │           ├──────► failed      (with an error; what was found until then is kept)
       └───────────┴──────► cancelled   (likewise)

Times are RFC 3339 in UTC, durations seconds, round-trip times microseconds.
"""

from typing import Final, Literal, NotRequired, TypedDict

from netboard.core.operations import Phrase

Method = Literal["arp", "ndp", "icmp", "tcp"]
SweepState = Literal["planned", "running", "done", "failed", "cancelled"]
ENDED: Final[frozenset[SweepState]] = frozenset({"done", "failed", "cancelled"})

Kind = Literal["endpoint", "gateway", "kernel", "stranger", "silent", "free"]
"""What an address is: an endpoint that the engine knows and that answers, a network's gateway, an address of a kernel
device that the engine does not know, somebody nobody knows, an endpoint that is known and does not answer, nobody."""

MonitorState = Literal["up", "degraded", "down", "unknown"]


class Source(TypedDict):
    """From where packets are sent. `container`: a full engine id; absent: the host's own namespace."""

    container: NotRequired[str]


class Known(TypedDict):
    """One address that is expected on the network, from the engine or the kernel."""

    address: str
    mac: str
    """Empty where nobody said."""
    container: str
    """The full engine id; empty for a gateway or an address of the kernel's alone."""
    name: str
    kind: Literal["endpoint", "gateway", "kernel"]


class Limits(TypedDict):
    """What the board allows of this sweep; the agent checks it again against its own engine."""

    allowed: list[str]
    """CIDRs that administrators opened or pools hold, of this host: a target outside these and outside the bridges'
    subnets that the engine itself reports is refused."""
    opened: list[str]
    """Full ids of macvlan and ipvlan networks that an administrator opened."""
    pace: float
    """Packets a second at most."""
    seconds: float
    """How long the sweep may take in all."""


class SweepJob(TypedDict):
    """What the agent of one host is told to sweep; signed as a whole."""

    sweep: str
    token: int
    """Grows with every delivery; reports of an older one are refused."""
    cidr: str
    """The addresses to ask; IPv6: only known ones and who answers ff02::1."""
    network: str
    """The full engine id of the network whose addresses they are; empty for a free range."""
    source: Source
    methods: list[Method]
    """Empty: as fits (ARP or NDP where the source is attached, ICMP echo otherwise)."""
    ports: list[int]
    """TCP ports that are tried besides."""
    known: list[Known]
    limits: Limits
    skip: int
    """Addresses from the first that an earlier delivery already asked."""


class Result(TypedDict):
    """What one address said to one sweep."""

    address: str
    alive: bool
    method: Method | None
    """By which it was found alive first; None where it was not."""
    rtt_us: float | None
    """The first answer's round-trip time, by kernel time stamps."""
    mac: str
    """Empty where nobody told (routed)."""
    macs: list[str]
    """More than one: a conflict."""
    ports: dict[str, Literal["open", "closed", "silent"]]
    duplicates: int
    """Answers beyond the first."""
    late: bool
    """It answered, but after the time that the sweep waited for others."""
    wrong_sender: str
    """Another address that answered in its stead; empty: none."""
    kind: Kind
    container: str
    """The full engine id; empty: none is known."""
    name: str
    explanation: list[Phrase]


class SweepReport(TypedDict):
    """What an agent says of a sweep. `results`: rows new since the last report, or told again whole."""

    host: str
    sweep: str
    token: int
    at: str
    state: NotRequired[SweepState]
    asked: NotRequired[int]
    """Addresses asked so far, of `total`."""
    total: NotRequired[int]
    alive: NotRequired[int]
    results: NotRequired[list[Result]]
    error: NotRequired[Phrase]
    method: NotRequired[str]


class Target(TypedDict):
    """One thing that a monitor asks, resolved to packets by the agent at each change of its graph.

    `kind` container: to that container's address on `network` (its first common one, if none is said); gateway: the
    gateway of `network`; address: `address`; published: the host's published port, from the host itself; network: every
    endpoint of `network`, each an observation of its own with the container's full id as key.
    """

    kind: Literal["container", "gateway", "address", "published", "network"]
    container: NotRequired[str]
    network: NotRequired[str]
    address: NotRequired[str]
    port: NotRequired[int]
    protocol: NotRequired[Literal["icmp", "tcp"]]


class Window(TypedDict):
    """When a monitor asks. `days`: 0 is Monday, empty for all; `since` and `until`: `HH:MM`, over midnight if the
    second is the earlier one; `zone`: an IANA name."""

    days: list[int]
    since: str
    until: str
    zone: str


class Watch(TypedDict):
    """One monitor as the prober of one host sees it."""

    monitor: int
    interval: float
    jitter: float
    """A share of the interval, 0 to 0.5."""
    timeout: float
    source: Source
    target: Target
    window: NotRequired[Window]


class MonitorPlan(TypedDict):
    """All monitors of one host, signed as an order with the verb `monitors`; a newer `version` replaces the older."""

    version: int
    watches: list[Watch]
    gateways: bool
    """Whether every running container's gateway is asked as well (the default monitor)."""
    gateway_interval: float
    allowed: NotRequired[list[str]]
    """CIDRs beyond the engine's own networks and the host's own addresses that administrators opened."""


class Observation(TypedDict):
    """What one probe of one monitor found. `ok` None: it could not be asked (no namespace, no address, engine away)."""

    monitor: int
    """0: the default monitor, every container's gateway."""
    key: str
    """Tells apart what one monitor asks: of the default monitor and of networks the container's full id, else empty."""
    at: str
    ok: bool | None
    rtt_us: float | None
    code: str
    """Why not (`no_answer`, `refused`, `unreachable`, `gone`, `stopped`, `paused`, `no_address`, `engine_away` …)."""
