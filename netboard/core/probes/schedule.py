"""When what is asked next: due times on a clock that only goes forward, so that a change of the wall clock moves none.

    put ──► first within a second ──► spread over the interval ──► every interval, give or take the jitter

What was missed (the machine slept, the process was stopped) is asked once, not once for every time that was missed.
"""

import heapq
import random
import zlib
from collections.abc import Hashable
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from netboard.core.probes.model import Window

K = TypeVar("K", bound=Hashable)

SOON: Final = 1.0
"""Seconds within which something new is asked first."""


class _Pace(NamedTuple):
    interval: float
    jitter: float
    serial: int


class Schedule(Generic[K]):
    """Due times of many keys. Moments are seconds of a monotonic clock, handed in by the caller."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - spreads load; nobody must not guess it
        self._paces: dict[K, _Pace] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._new: set[K] = set()
        self._serial = 0

    def __len__(self) -> int:
        return len(self._paces)

    def put(self, key: K, interval: float, jitter: float, now: float) -> None:
        """Have `key` asked every `interval` seconds, give or take the share `jitter` of it; known ones keep their time
        unless their interval changed."""
        known = self._paces.get(key)
        if known is not None and known[:2] == (interval, jitter):
            return
        self._serial += 1
        self._paces[key] = _Pace(interval, jitter, self._serial)
        self._new.add(key)
        heapq.heappush(self._heap, (now + phase(key) * min(interval, SOON), self._serial, key))

    def keep(self, keys: frozenset[K] | set[K]) -> None:
        """Forget all other keys."""
        for key in self._paces.keys() - keys:
            del self._paces[key]
            self._new.discard(key)

    def due(self, now: float) -> list[K]:
        """What is due by now, each once; it is planned anew."""
        found: list[K] = []
        while self._heap and self._heap[0][0] <= now:
            at, serial, key = heapq.heappop(self._heap)
            pace = self._paces.get(key)
            if pace is None or pace.serial != serial:
                continue
            found.append(key)
            heapq.heappush(self._heap, (self._after(at, key, pace, now), serial, key))
        return found

    def next_at(self) -> float | None:
        """The next due time; None where nothing is planned. May be early: what was forgotten is still in line."""
        return self._heap[0][0] if self._heap else None

    def _after(self, at: float, key: K, pace: _Pace, now: float) -> float:
        share = 0.5 + 0.5 * phase((key, "second")) if key in self._new else 1.0
        self._new.discard(key)
        then = at + pace.interval * (share + pace.jitter * (2 * self._random.random() - 1))
        return then if then > now else now + pace.interval * phase(key)


def phase(key: Hashable) -> float:
    """A share of 0 to 1 that is the same for the same key in every process, and evenly spread over keys."""
    return zlib.crc32(repr(key).encode()) / 2**32


@lru_cache(maxsize=256)
def _clock(text: str) -> time:
    return time.fromisoformat(text)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def is_open(window: Window | None, moment: datetime) -> bool:
    """Whether a monitor with this window asks at a moment (with its zone). Over midnight, the first day counts."""
    if window is None:
        return True
    local = moment.astimezone(_zone(window["zone"]))
    since, until = _clock(window["since"]), _clock(window["until"])
    clock = local.time()
    day = local.weekday()
    if since < until:
        within = since <= clock < until
    elif clock >= since:
        within = True
    else:
        within = clock < until
        day = (local - timedelta(days=1)).weekday()
    return within and (not window["days"] or day in window["days"])


def slot(moment: datetime, interval: float) -> datetime:
    """The slot of a schedule that a moment lies in: whole multiples of the interval since the epoch, in UTC."""
    return moment - timedelta(seconds=moment.timestamp() % interval)
