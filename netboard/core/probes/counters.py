"""Counters of network devices: from two readings of them to what passed a second.

reading (counters at a moment) ─┐
                                ├─► rates, by device     a device that was replaced, or seen once: no rates
a later reading ────────────────┘
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

Counters = tuple[int, int, int, int, int, int, int, int]
"""Since the device was made, in the kernel's order: see `NAMES`."""

Rates = tuple[float, float, float, float, float, float, float, float]
"""The same, each a second."""

NAMES: Final = (
    "rx_packets",
    "tx_packets",
    "rx_bytes",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_drops",
    "tx_drops",
)
"""What each place of `Counters` and `Rates` counts. Received and sent are as the device itself sees it."""

NARROW: Final = 2**32
WIDE: Final = 2**64
"""Where counters of old drivers, and all others, begin anew at 0."""
SHORTEST: Final = 0.05
"""Seconds between two readings from which rates are made: over less, one packet more or less is all there is to see."""


class Reading(NamedTuple):
    """All counters of one network namespace at one moment."""

    namespace: str
    """Its key."""
    at: float
    """Seconds of a clock that only goes on."""
    devices: Mapping[int, Counters]
    """By ifindex."""


def grown(before: int, after: int) -> int | None:
    """By how much a counter grew. None: it fell in a way that no turn at 2^32 or 2^64 explains.

    It is taken to have turned where that makes it less than half of its range: whoever has counted further within
    seconds did not count, but was replaced.
    """
    if after >= before:
        return after - before
    for turn in (NARROW, WIDE):
        if before < turn and (growth := after - before + turn) < turn // 2:
            return growth
    return None


def rates(before: Counters, after: Counters, seconds: float) -> Rates | None:
    """What passed a second. None: these are not the counters of one device (it was replaced, or set back)."""
    growths = [grown(one, other) for one, other in zip(before, after, strict=True)]
    if None in growths:
        return None
    a, b, c, d, e, f, g, h = (growth / seconds for growth in growths if growth is not None)
    return a, b, c, d, e, f, g, h


class Meter:
    """Remembers the last reading of every namespace. Not for several threads."""

    def __init__(self) -> None:
        self._last: dict[str, Reading] = {}

    def take(self, readings: Iterable[Reading]) -> dict[tuple[str, int], Rates]:
        """The rates of all devices that carried something since the reading before, by namespace and ifindex.

        Namespaces that are in none of these readings are forgotten: they are gone.
        """
        found: dict[tuple[str, int], Rates] = {}
        kept: dict[str, Reading] = {}
        for reading in readings:
            before = self._last.get(reading.namespace)
            if before is not None and reading.at - before.at < SHORTEST:
                kept[reading.namespace] = before
                continue
            kept[reading.namespace] = reading
            if before is not None:
                found |= _between(before, reading)
        self._last = kept
        return found


def _between(before: Reading, after: Reading) -> dict[tuple[str, int], Rates]:
    found: dict[tuple[str, int], Rates] = {}
    seconds = after.at - before.at
    earlier = before.devices
    for ifindex, counters in after.devices.items():
        known = earlier.get(ifindex)
        if known is None or known == counters:
            continue
        told = rates(known, counters, seconds)
        if told is not None:
            found[(after.namespace, ifindex)] = told
    return found
