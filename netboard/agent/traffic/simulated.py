"""Tells what passes the devices of simulated hosts that somebody watches."""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from netboard.agent.traffic.sampler import told
from netboard.core.errors import BusUnavailable
from netboard.core.ids import device_id
from netboard.core.probes.counters import Counters, Rates
from netboard.core.probes.traffic import TrafficWriter

log = structlog.get_logger("netboard.demo")

EVERY: Final = 1.0
"""Seconds between samples of watched hosts, and between looks who is watched."""
AWAY: Final = 3.0
"""Seconds until the bus is tried again."""
PAST: Final = 40
"""Samples that a host that begins to be watched has behind it, so that there is something to see at once."""

Carried = Callable[[str, float | None], dict[tuple[str, int], Rates]]
"""What passes a host's devices at a moment, in seconds since the epoch; None: on average."""
_MADE: Final = 1_750_000_000
"""When they began to count: seconds since the epoch."""


class SimulatedTraffic:
    """Of the fleet with these hosts."""

    def __init__(self, hosts: tuple[str, ...], carried: Carried, writer: TrafficWriter) -> None:
        self._hosts = hosts
        self._carried = carried
        self._writer = writer
        self._begun: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Tell until told to stop."""
        while not stop.is_set():
            wait = EVERY
            try:
                for host in self._writer.watched(self._hosts):
                    self._tell(host)
            except BusUnavailable as error:
                log.warning("traffic.untold", code=error.code, reason=str(error))
                wait = AWAY
            stop.wait(wait)
        self._writer.close()

    def _tell(self, host: str) -> None:
        now = time.time()
        moments = [now]
        if host not in self._begun:
            moments = [now - ago * EVERY for ago in range(PAST, -1, -1)]
            self._begun.add(host)
        totals = _totals(host, self._carried(host, None), now)
        for moment in moments:
            self._writer.tell(told(host, self._carried(host, moment), EVERY, moment), totals)


def _totals(host: str, average: dict[tuple[str, int], Rates], now: float) -> dict[str, Counters]:
    """What was counted since these machines were made."""
    totals: dict[str, Counters] = {}
    for key, each in average.items():
        a, b, c, d, e, f, g, h = (int(rate * (now - _MADE)) for rate in each)
        totals[device_id(host, *key)] = (a, b, c, d, e, f, g, h)
    return totals
