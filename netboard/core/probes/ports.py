"""The protocols of what sweeps and monitors say over the bus. Every method raises `BusUnavailable` while it is away."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from netboard.core.probes.model import Observation, SweepReport
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
