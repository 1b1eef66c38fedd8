"""The protocols of what sweeps and monitors say over the bus. Every method raises `BusUnavailable` while it is away."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from netboard.core.model import Container, Network
from netboard.core.ports import Interface
from netboard.core.probes.explain import Heard
from netboard.core.probes.model import Method, Observation, SweepReport
from netboard.core.signing import Signed


class ProbeWriter(Protocol):
    """The agent's side."""

    def take(self, sweep: str, token: int, seconds: float) -> bool:
        """Take the lease of a sweep. False: this delivery has it or has ended, or a later one has it."""

    def renew(self, sweep: str, token: int, seconds: float, *reports: SweepReport) -> bool:
        """Tell the board these and keep the lease. False: a later delivery has it; stop."""

    def release(self, sweep: str, token: int, ended: bool, *reports: SweepReport) -> None:
        """Tell the board these and give the lease back. `ended`: a late copy of this delivery does nothing."""

    def report(self, *reports: SweepReport) -> None:
        """Tell the board these, in this order."""

    def cancelled(self, sweep: str) -> bool:
        """Whether somebody asked to cancel it."""

    def observe(self, host: str, observations: Sequence[Observation]) -> None:
        """Tell the board what one host's monitors found."""

    def plan(self, host: str) -> Signed | None:
        """The host's signed plan of monitors; None where there is none."""


class ProbeTold(NamedTuple):
    """One message with its position: a sweep's report, or observations. Neither: `why` says what is wrong."""

    position: str
    kind: Literal["sweep", "observations"]
    host: str
    sweep: SweepReport | None = None
    observations: Sequence[Observation] = ()
    why: str = ""


class ProbeReader(Protocol):
    """The board's side."""

    def reports(self, after: str, most: int = 500, wait: float = 0.0) -> list[ProbeTold]:
        """Messages after a position (`0` for all that is kept); `wait`: seconds for the first, at most 4."""

    def set_aside(self, position: str, why: str) -> None:
        """Keep the message at this position, which nobody can take in, for people to look at."""

    def held(self, sweeps: Sequence[str]) -> set[str]:
        """Which of these sweeps an agent holds a live lease on."""

    def bar(self, sweep: str, token: int) -> bool:
        """Have no agent begin a delivery up to this one any more. False: one has begun some delivery of it."""

    def cancel(self, sweep: str) -> None:
        """Ask the agent to stop it, or not to begin it."""

    def ring(self) -> None:
        """Say that there is a sweep to send."""

    def rung(self, seconds: float) -> bool:
        """Wait for somebody to ring."""

    def put_plan(self, host: str, plan: Signed) -> None:
        """Replace a host's plan of monitors."""

    def close(self) -> None:
        """Close all connections."""


class EngineReader(Protocol):
    """What an agent reads from its engine before and after a sweep. Raises `EngineUnavailable`."""

    def networks(self) -> list[Network]:
        """All networks."""

    def containers(self) -> list[Container]:
        """All containers, running or not, as the engine lists them: without pid and sandbox."""

    def container(self, container: str) -> Container | None:
        """A container by its full id, with its sandbox; None where it is gone."""

    def members(self, network: str) -> list[str]:
        """Full ids of the containers that are attached to a network and run."""


class Surroundings(Protocol):
    """What an agent asks of its kernel before and after a sweep. Raises `KernelUnavailable`."""

    def inside(self, sandbox: str) -> list[Interface]:
        """The devices of the namespace behind a path."""

    def way_to(self, address: str) -> str:
        """The host's device by which a packet to this address would leave; empty where there is no way."""


class Child(NamedTuple):
    """A scratch macvlan to ask from, on a parent, where the host itself is not attached."""

    parent: str
    mode: str


class SweepAsk(NamedTuple):
    """What one pass of probes asks, from inside one namespace."""

    cidr: str
    known: tuple[tuple[str, str], ...]
    """Expected addresses with their MACs (empty: unknown); asked first."""
    methods: tuple[Method, ...]
    """Empty: as fits."""
    ports: tuple[int, ...]
    pace: float
    seconds: float
    skip: int
    child: Child | None


class SweepTold(NamedTuple):
    """How far a pass is. `heard`: answers that are new or changed; at the end every expected one that was silent."""

    asked: int
    total: int
    heard: list[Heard]


class Sweeper(Protocol):
    """Passes of probes. See `adapters.probe.sweep`."""

    def sweep(self, namespace: str, ask: SweepAsk, tell: Callable[[SweepTold], None], stop: Callable[[], bool]) -> str:
        """One pass from inside the namespace behind a path (empty: the host's own).

        Returns how it ended: empty, `cancelled`, `out_of_time`, `namespace_gone`. Raises `KernelUnavailable`.
        """
