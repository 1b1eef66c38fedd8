"""The one prober of a host: all that its plan has, on a schedule, in rounds of probes; what it finds goes to the bus.

    plan, graph ─► schedule ─► what is due ─► asks ─► round ─► observations ─► bus

It works in ticks: what became due since the last one is sent at once, and what was answered meanwhile is read, since
the kernel stamps answers when they arrive.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from netboard.agent.monitor.following import Following
from netboard.agent.monitor.plan import Plans
from netboard.core.clock import utc
from netboard.core.errors import BusUnavailable
from netboard.core.probes.model import Observation, Watch
from netboard.core.probes.ports import ProbeWriter
from netboard.core.probes.schedule import Schedule, is_open
from netboard.core.probes.targets import Ask, Found, Why, gateways, resolve

log = structlog.get_logger("netboard.agent")

TICK: Final = 0.2
"""Seconds between looks while something is under way."""
REFRESH: Final = 1.0
"""Seconds between looks at the graph and the plan, and between messages to the board."""
AWAY: Final = 3.0
"""Seconds between attempts while the bus is away."""
KEPT: Final = 50_000
"""Observations that wait for the bus at most; the oldest are left out."""
GATEWAY_TIMEOUT: Final = 1.0
GATEWAY_JITTER: Final = 0.1

Due = tuple[int, str]
"""A monitor; of the default monitor (0) with the container's full id."""
Token = tuple[int, str]
"""Monitor and key of an observation."""


class Answers(Protocol):
    """What came of one ask."""

    @property
    def ok(self) -> bool | None:
        """None: it could not be sent."""

    @property
    def rtt_us(self) -> float | None:
        """The round-trip time."""

    @property
    def code(self) -> str:
        """Why not, or what else is to be said."""


class Sender(Protocol):
    """Sends probes; see `adapters.probe.rounds`."""

    @property
    def waiting(self) -> int:
        """How many asks are waited for."""

    def send(self, asks: Sequence[tuple[Token, Ask]], timeout: float) -> None:
        """Send all of these."""

    def gather(self, until: float) -> Sequence[tuple[Token, Answers]]:
        """What was answered or is given up by now."""

    def close(self) -> None:
        """End all that is under way."""


class Prober:
    """Works by the plan until told to stop. Survives the bus being away."""

    def __init__(
        self,
        host: str,
        plans: Plans,
        following: Following,
        bus: ProbeWriter,
        rounds: Sender,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._host = host
        self._plans = plans
        self._following = following
        self._bus = bus
        self._rounds = rounds
        self._clock = clock
        self._schedule: Schedule[Due] = Schedule()
        self._watches: dict[int, Watch] = {}
        self._gateways: dict[str, Ask] = {}
        self._seen = (-1, -1)
        self._found: deque[Observation] = deque(maxlen=KEPT)
        self._refresh_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        try:
            while not stop.is_set():
                now = time.monotonic()
                self.tick(now)
                stop.wait(self._pause(time.monotonic()))
        finally:
            self._rounds.close()

    def tick(self, now: float) -> None:
        """Send what is due, read what was answered, and from time to time look at plan and graph."""
        if now >= self._refresh_at:
            self._refresh_at = now + self._refresh()
            self._plan(now)
        self._send(self._schedule.due(now))
        self._read()

    def _pause(self, now: float) -> float:
        if self._rounds.waiting:
            return TICK
        planned = self._schedule.next_at()
        then = self._refresh_at if planned is None else min(planned, self._refresh_at)
        return min(max(TICK, then - now), REFRESH)

    def _refresh(self) -> float:
        try:
            self._plans.refresh()
            self._following.refresh()
            self._tell()
        except BusUnavailable as error:
            log.warning("monitor.waits", reason=str(error))
            return AWAY
        return REFRESH

    def _tell(self) -> None:
        while self._found:
            batch = list(self._found)[:2000]
            self._bus.observe(self._host, batch)
            for _ in batch:
                self._found.popleft()

    def _plan(self, now: float) -> None:
        """Have the schedule hold what plan and graph have now."""
        plan = self._plans.plan
        seen = (id(plan), self._following.changes)
        if seen == self._seen:
            return
        self._seen = seen
        self._watches = {watch["monitor"]: watch for watch in plan["watches"]}
        self._gateways = gateways(self._following.world, plan.get("allowed", [])) if plan["gateways"] else {}
        keys: set[Due] = {(monitor, "") for monitor in self._watches}
        keys |= {(0, container) for container in self._gateways}
        self._schedule.keep(keys)
        for watch in self._watches.values():
            self._schedule.put((watch["monitor"], ""), watch["interval"], watch["jitter"], now)
        for container in self._gateways:
            self._schedule.put((0, container), plan["gateway_interval"], GATEWAY_JITTER, now)

    def _send(self, due: Sequence[Due]) -> None:
        if not due:
            return
        rounds: dict[float, list[tuple[Token, Ask]]] = {}
        moment = self._clock()
        lives = self._following.observer_lives
        for monitor, container in due:
            watch = self._watches.get(monitor)
            timeout = watch["timeout"] if watch else GATEWAY_TIMEOUT
            for key, found in self._asks(monitor, container, watch, moment):
                if not lives:
                    self._note((monitor, key), None, None, "observer_away")
                elif isinstance(found, Why):
                    self._note((monitor, key), found.ok, None, found.code)
                else:
                    rounds.setdefault(timeout, []).append(((monitor, key), found))
        for timeout, asks in rounds.items():
            self._rounds.send(asks, timeout)

    def _asks(self, monitor: int, container: str, watch: Watch | None, moment: datetime) -> Sequence[Found]:
        """What is to be asked of what is due."""
        if monitor == 0:
            ask = self._gateways.get(container)
            return [(container, ask)] if ask else []
        if watch is None or not is_open(watch.get("window"), moment):
            return []
        return resolve(self._following.world, watch, self._plans.plan.get("allowed", []))

    def _read(self) -> None:
        while answers := self._rounds.gather(0.0):
            for token, answer in answers:
                self._note(token, answer.ok, answer.rtt_us, answer.code)

    def _note(self, token: Token, ok: bool | None, rtt_us: float | None, code: str) -> None:
        """Keep an observation. What the engine may have stopped meanwhile is not down while nobody hears the engine."""
        if ok is False and not self._following.engine_lives:
            ok, code = None, "engine_away"
        monitor, key = token
        self._found.append(Observation(monitor=monitor, key=key, at=utc(), ok=ok, rtt_us=rtt_us, code=code))
