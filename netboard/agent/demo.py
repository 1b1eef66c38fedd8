"""The observer of a simulated fleet: one process tells the board of many hosts, and something happens all the time.

begin: every host in batches   ─►   then, on the first hosts: a container stops or starts, every few seconds
"""

import re
import signal
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple, Protocol

import structlog

from netboard import __version__
from netboard.agent.traffic.simulated import SimulatedTraffic
from netboard.core.clock import utc
from netboard.core.diff import NO_CHANGE, merge
from netboard.core.errors import BusUnavailable, Invalid
from netboard.core.facts import apply, copy
from netboard.core.model import Facts, FactsChange
from netboard.core.ports import HostGraph, HostStatus, LogWriter
from netboard.core.probes.counters import Rates
from netboard.core.resolve import Resolver
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.demo")

_LIVELY: Final = 12
"""Hosts on which something happens; the others stand still, so that a fleet of any size costs the same."""
_BATCH: Final = 100
"""Hosts that are begun together."""
_BETWEEN: Final = 2.5
"""Seconds from one happening to the next, on average."""
_RETRY: Final = 1.0
"""Seconds until the bus is tried again."""


class Machine(Protocol):
    """A simulated host: its facts are changed by what happens to it."""

    facts: Facts

    def stir(self, random: Random) -> list[FactsChange]:
        """Something happens; what the sources tell of it."""


class Lively(NamedTuple):
    """A host on which something happens."""

    machine: Machine
    facts: Facts
    resolver: Resolver
    writer: LogWriter
    close: Callable[[], None]


def size(text: str) -> tuple[int, int]:
    """`HOSTSxCONTAINERS` as numbers. Raises `Invalid` for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,5})", text)
    if not found:
        raise Invalid(f"{text!r} is no size of a fleet; give hosts and containers per host like 3x12.", field="demo")
    return int(found[1]), int(found[2])


def run(options: Settings, fleet_size: str) -> int:
    """Tell of a fleet of this size until SIGTERM or SIGINT; returns the exit code."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    demo = Demo(options, *size(fleet_size))
    try:
        demo.run(stopping)
    finally:
        demo.close()
    return 0


class Demo:
    """Keeps the logs of a simulated fleet."""

    def __init__(self, options: Settings, hosts: int, containers: int) -> None:
        from netboard.wiring import build

        self._options = options
        self._fleet = build.simulated_fleet(hosts, containers)
        self._bus = build.fleet_writer(options)
        self._random = Random(hosts * 1000 + containers)  # noqa: S311
        self._started = utc()
        self._lively: dict[str, Lively] = {}
        self._numbers = {host: number for number, host in enumerate(self._fleet.hosts)}
        self._still: dict[str, Facts] = {}
        """Facts of watched hosts on which nothing happens."""
        self._traffic = SimulatedTraffic(self._fleet.hosts, self._carried, build.traffic_writer(options))

    def run(self, stopping: threading.Event) -> None:
        """Begin every host, then beat and let things happen, until told to stop. Waits for the bus where it is away."""
        threading.Thread(target=self._traffic.run, args=(stopping,), name="traffic", daemon=True).start()
        missing = set(self._fleet.hosts)
        next_beat = next_event = 0.0
        while not stopping.is_set():
            try:
                if missing:
                    self._begin(missing, stopping)
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + self._options.beat_every
                    missing |= self._bus.report(self._status(host) for host in self._fleet.hosts)
                elif time.monotonic() >= next_event:
                    next_event = time.monotonic() + self._random.uniform(0.5, 1.5) * _BETWEEN
                    self._happen(missing)
                wait = 0.0 if missing else min(next_beat, next_event) - time.monotonic()
            except BusUnavailable as error:
                log.warning("bus.away", code=error.code, reason=str(error))
                wait = _RETRY
            stopping.wait(max(0.0, wait))

    def close(self) -> None:
        """Close all connections; the logs stay."""
        for one in self._lively.values():
            one.close()
        self._bus.close()

    def _carried(self, host: str, moment: float | None) -> dict[tuple[str, int], Rates]:
        """What passes the devices of a host at a moment."""
        from netboard.wiring import build

        one = self._lively.get(host)
        facts = one.facts if one else self._still.get(host)
        if facts is None:
            facts = self._still[host] = self._fleet.machine(self._numbers[host]).facts
        return build.simulated_rates(facts, moment)

    def _begin(self, missing: set[str], stopping: threading.Event) -> None:
        started = time.monotonic()
        hosts = [host for host in self._fleet.hosts if host in missing]
        places = self._bus.places(self._fleet.hosts)
        batch: dict[str, tuple[HostGraph, HostStatus]] = {}
        for host in hosts:
            if stopping.is_set():
                return
            if self._numbers[host] < _LIVELY:
                one = self._wake(host, places[host])
                one.writer.begin(one.resolver.graph(), self._status(host))
                missing.discard(host)
                continue
            batch[host] = (self._graph(host, places[host]), self._status(host))
            if len(batch) == _BATCH:
                self._write(batch, missing)
        self._write(batch, missing)
        log.info("fleet.begun", hosts=len(hosts), seconds=round(time.monotonic() - started, 2))

    def _write(self, batch: dict[str, tuple[HostGraph, HostStatus]], missing: set[str]) -> None:
        if batch:
            self._bus.begin(batch)
            missing.difference_update(batch)
            batch.clear()

    def _graph(self, host: str, place: int) -> HostGraph:
        resolver = Resolver(host, {host: place})
        resolver.update(self._fleet.machine(self._numbers[host]).facts, None)
        return resolver.graph()

    def _wake(self, host: str, place: int) -> Lively:
        from netboard.wiring import build

        if host not in self._lively:
            machine = self._fleet.machine(self._numbers[host])
            writer = build.log_writer(self._options, host)
            facts = copy(machine.facts)
            resolver = Resolver(host, {host: place})
            resolver.update(facts, None)
            self._lively[host] = Lively(machine, facts, resolver, writer, writer.close)
        return self._lively[host]

    def _happen(self, missing: set[str]) -> None:
        """Something happens on one of the lively hosts. Whose log could not be written is missing."""
        one = self._lively[self._random.choice(sorted(self._lively))]
        missing.add(one.facts.host)
        delta = NO_CHANGE
        for change in one.machine.stir(self._random):
            delta = merge(delta, one.resolver.update(one.facts, apply(one.facts, change)))
        if one.writer.append(delta, utc()) is not None:
            missing.discard(one.facts.host)

    def _status(self, host: str) -> HostStatus:
        return {
            "host": host,
            "title": host,
            "at": utc(),
            "started": self._started,
            "version": __version__,
            "sources": {
                name: {"state": "live", "since": self._started, "code": "", "params": {}}
                for name in ("engine", "kernel")
            },
            "engine": {},
            "checks": 0,
            "differences": 0,
            "simulated": True,
        }
