"""The sampler: reads counters as often as it is watched, and tells the rates.

nobody watches: a sample a minute, for the past     somebody does: every 1 to 10 s, as the readings' cost allows
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from netboard.core.clock import utc
from netboard.core.errors import BusUnavailable
from netboard.core.ids import device_id
from netboard.core.probes.counters import Counters, Meter, Rates, Reading
from netboard.core.probes.traffic import CounterSource, TrafficWriter
from netboard.core.wire import Traffic

log = structlog.get_logger("netboard.agent")

LOOK_EVERY: Final = 1.0
"""Seconds between looks whether somebody watches."""
UNWATCHED: Final = 60.0
"""Seconds between samples while nobody does."""
FASTEST: Final = 1.0
SLOWEST: Final = 10.0
SHARE: Final = 0.015
"""Of a core, at most, for readings that somebody watches: what costs more is read less often."""
AWAY: Final = 3.0
"""Seconds until the bus is tried again."""


class Sampler:
    """One host's."""

    def __init__(
        self,
        host: str,
        source: CounterSource,
        writer: TrafficWriter,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host = host
        self._source = source
        self._writer = writer
        self._clock = clock
        self._meter = Meter()
        self._sampled_at: float | None = None
        self._interval = FASTEST
        self._watched = False

    def run(self, stop: threading.Event) -> None:
        """Sample until told to stop. While the bus is away nothing is read."""
        away = False
        while not stop.is_set():
            try:
                wait = self.step()
                away = False
            except BusUnavailable as error:
                if not away:
                    log.warning("traffic.untold", host=self._host, code=error.code, reason=str(error))
                away, wait = True, AWAY
            stop.wait(wait)

    def step(self) -> float:
        """Take a sample if one is due; answers the seconds until the next look. Raises `BusUnavailable`."""
        began = self._watched
        self._watched = self._host in self._writer.watched([self._host])
        now = self._clock()
        passed = SLOWEST if self._sampled_at is None else now - self._sampled_at
        due = self._interval if self._watched else UNWATCHED
        # Who begins to watch is told at once what passed since the last sample, however long that was.
        if self._sampled_at is None or passed >= due or (self._watched and not began):
            self._sample(now, passed)
            passed = 0.0
            due = self._interval if self._watched else UNWATCHED
        return max(0.01, min(LOOK_EVERY, due - passed))

    def _sample(self, now: float, passed: float) -> None:
        before = self._source.spent()
        readings = self._source.read()
        rates = self._meter.take(readings)
        first, self._sampled_at = self._sampled_at is None, now
        if not first:
            self._writer.tell(told(self._host, rates, passed), totals(self._host, readings))
        self._interval = min(SLOWEST, max(FASTEST, (self._source.spent() - before) / SHARE))


def told(host: str, rates: Mapping[tuple[str, int], Rates], interval: float, moment: float | None = None) -> Traffic:
    """A sample of now (or of another moment, in seconds since the epoch) as it goes to browsers.

    What counted less than a twentieth a second has counted nothing.
    """
    rounded = {device_id(host, *key): [round(rate, 1) for rate in each] for key, each in rates.items()}
    return {
        "type": "traffic",
        "host": host,
        "at": utc(moment),
        "interval": round(interval, 3),
        "rates": {device: each for device, each in rounded.items() if any(each)},
    }


def totals(host: str, readings: Sequence[Reading]) -> dict[str, Counters]:
    """All counters by the ids of their devices; without those that never counted."""
    return {
        device_id(host, reading.namespace, ifindex): counters
        for reading in readings
        for ifindex, counters in reading.devices.items()
        if any(counters)
    }
