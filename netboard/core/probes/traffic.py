"""The protocols of counters and of what is told of them. What talks over the bus raises `BusUnavailable`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from netboard.core.probes.counters import Counters, Reading
from netboard.core.wire import Traffic

KEPT: int = 150
"""Samples of a host that are kept for the past: five minutes while somebody watches, two hours while nobody does."""


class CounterSource(Protocol):
    """Where counters are read. Used by one thread."""

    def read(self) -> Sequence[Reading]:
        """The counters of every namespace, now. Raises `KernelUnavailable`."""

    def spent(self) -> float:
        """Seconds of processor time that readings have used so far."""

    def close(self) -> None:
        """Close what is open."""


class Latest(NamedTuple):
    """The last sample of a host."""

    traffic: Traffic
    totals: Mapping[str, Counters]
    """By device, of all that ever counted anything."""


class TrafficWriter(Protocol):
    """The agent's side."""

    def watched(self, hosts: Sequence[str]) -> set[str]:
        """Which of these hosts somebody watches."""

    def tell(self, traffic: Traffic, totals: Mapping[str, Counters]) -> None:
        """Tell whoever watches, and keep it as the latest and for the past."""

    def close(self) -> None:
        """Close all connections."""


class TrafficReader(Protocol):
    """The board's side, for threads."""

    def watch(self, host: str) -> None:
        """Have this host sampled closely for a while."""

    def latest(self, host: str) -> Latest | None:
        """The last sample; None where there is none of late."""

    def past(self, host: str) -> list[Traffic]:
        """The samples that are kept, the oldest first."""

    def close(self) -> None:
        """Close all connections."""


class TrafficFeed(Protocol):
    """The board's side, for one event loop."""

    async def watch(self, hosts: Iterable[str]) -> None:
        """Have these hosts sampled closely for the next `WATCHED` seconds."""

    async def follow(self, hosts: Iterable[str]) -> None:
        """Hear from now on what is told of these hosts, and of no others."""

    async def latest(self, hosts: Sequence[str]) -> list[Traffic]:
        """The last samples of these hosts, of those that have one."""

    async def hear(self, seconds: float) -> Traffic | None:
        """The next that is told; None where nothing was within so many seconds, or it made no sense."""

    async def close(self) -> None:
        """Close all connections."""


WATCHED: float = 15.0
"""Seconds for which a host is sampled closely after it was asked for: who watches asks again before."""
