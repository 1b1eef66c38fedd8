"""What is kept of a monitor's past: sums over spans of time, coarser the older, each with loss and latencies.

    a minute, for a day ─► a quarter of an hour, for a week ─► an hour, for 60 days ─► a day, for 400 days

Latencies are counted in buckets, an eighth of an octave wide: percentiles are right within 4.5 %, and sums of sums are
as right as the sums.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_PER_OCTAVE: Final = 8
_BUCKETS: Final = 256
DAY: Final = 86_400


class Level(NamedTuple):
    """One fineness: the seconds of a span, and the seconds that spans are kept."""

    seconds: int
    keep: int


LEVELS: Final = (Level(60, DAY), Level(900, 7 * DAY), Level(3600, 60 * DAY), Level(DAY, 400 * DAY))
"""From fine to coarse; each is a whole multiple of the one before."""
MOST: Final = sum(level.keep // level.seconds + 2 for level in LEVELS)
"""Spans that are kept of one thing that is asked, at most, right after pruning: 3,960."""


def bucket_of(rtt_us: float) -> int:
    """The bucket of a round-trip time."""
    return min(_BUCKETS - 1, max(0, math.floor(math.log2(max(rtt_us, 1.0)) * _PER_OCTAVE)))


def middle_of(bucket: int) -> float:
    """The round-trip time in the middle of a bucket, in microseconds."""
    return float(2 ** ((bucket + 0.5) / _PER_OCTAVE))


@dataclass(slots=True)
class Span:
    """What happened in one span of time. Round-trip times in microseconds."""

    sent: int = 0
    lost: int = 0
    unknown: int = 0
    """Times that it could not be asked; not among `sent`."""
    least: float | None = None
    most: float | None = None
    total: float = 0.0
    latencies: dict[int, int] = field(default_factory=dict)
    """Answers by bucket."""

    def add(self, ok: bool | None, rtt_us: float | None) -> None:
        """Count one outcome."""
        if ok is None:
            self.unknown += 1
            return
        self.sent += 1
        self.lost += not ok
        if ok and rtt_us is not None:
            self._latency(rtt_us)

    def merge(self, other: "Span") -> None:
        """Count what another span counted."""
        self.sent += other.sent
        self.lost += other.lost
        self.unknown += other.unknown
        self.total += other.total
        self.least = min((one for one in (self.least, other.least) if one is not None), default=None)
        self.most = max((one for one in (self.most, other.most) if one is not None), default=None)
        for bucket, count in other.latencies.items():
            self.latencies[bucket] = self.latencies.get(bucket, 0) + count

    @property
    def availability(self) -> float | None:
        """The share of what was asked that was answered; None where nothing was asked."""
        return (self.sent - self.lost) / self.sent if self.sent else None

    @property
    def mean(self) -> float | None:
        """The mean round-trip time."""
        answers = sum(self.latencies.values())
        return self.total / answers if answers else None

    def percentile(self, share: float) -> float | None:
        """The round-trip time that so large a share of the answers does not exceed, within a bucket's width."""
        answers = sum(self.latencies.values())
        if not answers or self.least is None or self.most is None:
            return None
        wanted = max(1, math.ceil(share * answers))
        for bucket in sorted(self.latencies):
            wanted -= self.latencies[bucket]
            if wanted <= 0:
                return min(max(middle_of(bucket), self.least), self.most)
        return self.most

    def _latency(self, rtt_us: float) -> None:
        self.total += rtt_us
        self.least = rtt_us if self.least is None else min(self.least, rtt_us)
        self.most = rtt_us if self.most is None else max(self.most, rtt_us)
        bucket = bucket_of(rtt_us)
        self.latencies[bucket] = self.latencies.get(bucket, 0) + 1


def merged(spans: Iterable[Span]) -> Span:
    """All of them as one."""
    whole = Span()
    for span in spans:
        whole.merge(span)
    return whole


def pack(latencies: Mapping[int, int]) -> bytes:
    """Buckets as bytes: each its number and its count, seven bits a byte, the last with the eighth bit clear."""
    packed = bytearray()
    for bucket in sorted(latencies):
        packed.append(bucket)
        count = latencies[bucket]
        while count > 127:
            packed.append(count & 127 | 128)
            count >>= 7
        packed.append(count)
    return bytes(packed)


def unpack(packed: bytes) -> dict[int, int]:
    """What `pack` packed."""
    found: dict[int, int] = {}
    place = 0
    while place < len(packed):
        bucket, place = packed[place], place + 1
        count = shift = 0
        while True:
            byte, place = packed[place], place + 1
            count |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        found[bucket] = count
    return found


def start_of(seconds: float, level: Level) -> int:
    """When the span of a level begins in which a moment lies; both in seconds since the epoch."""
    return int(seconds // level.seconds) * level.seconds


def level_for(duration: float, most: int = 400, finest: int = 60) -> Level:
    """The finest level that shows so many seconds in at most so many spans, as far as it is kept; no finer than one of
    so many seconds."""
    there = (level for level in LEVELS if level.seconds >= finest)
    fitting = (level for level in there if duration <= level.keep and duration / level.seconds <= most)
    return next(fitting, LEVELS[-1])
