"""What passes the devices of a simulated host: plausible, the same at both ends of a pair, and different every second.

Each pair carries a slow wave of its own with a fast ripple on it; a bridge and an uplink carry what their ports carry.
"""

import math
from collections.abc import Mapping
from typing import Final

from netboard.adapters.simulated.machine import digest
from netboard.core.model import Facts, Link
from netboard.core.probes.counters import Rates

_BUSIEST: Final = 6_000_000.0
"""Bytes a second."""
_PACKET: Final = 820.0
"""Bytes that a packet has, on average."""
_SHARE_OUTSIDE: Final = 0.4
"""Of what bridges carry, what passes the uplink."""

Key = tuple[str, int]


def rates(facts: Facts, seconds: float | None) -> dict[Key, Rates]:
    """What passes each device of this host at a moment (None: on average), by namespace and ifindex.

    May be called while another thread changes the facts.
    """
    found: dict[Key, Rates] = {}
    through: dict[Key, tuple[float, float]] = {}
    for key, link in list(facts.links.items()):
        space = facts.namespaces.get(link.namespace)
        if link.kind not in ("veth", "macvlan") or space is None or not space.containers:
            continue
        received, sent = _wave(facts.host, link, seconds, 0), _wave(facts.host, link, seconds, 1)
        faulty = digest(facts.host, link.mac, "drops")[0] == "0"
        found[key] = _rates(received, sent, received / _PACKET / 200 if faulty else 0.0)
        far = dict(space.nsids).get(link.link_nsid)
        if link.kind == "veth" and far is not None and (other := facts.links.get((far, link.link))):
            found[(far, link.link)] = _rates(sent, received, 0.0)
            there = (far, other.master)
            before = through.get(there, (0.0, 0.0))
            through[there] = (before[0] + sent, before[1] + received)
    for key, (received, sent) in through.items():
        if key in facts.links:
            found[key] = _rates(received, sent, 0.0)
    return found | _uplink(facts, through)


def _uplink(facts: Facts, through: Mapping[Key, tuple[float, float]]) -> dict[Key, Rates]:
    total = [sum(each[way] for each in through.values()) * _SHARE_OUTSIDE for way in (0, 1)]
    first = min((key for key, link in list(facts.links.items()) if link.kind == "nic"), default=None)
    return {first: _rates(total[1], total[0], 0.0)} if first and any(total) else {}


def _wave(host: str, link: Link, seconds: float | None, way: int) -> float:
    """Bytes a second: some devices are busy, most are not, some are silent."""
    number = int(digest(host, link.mac, way)[:12], 16)
    share = (number & 0xFFFF) / 0xFFFF
    if share < 0.2:
        return 0.0
    if seconds is None:
        return round(_BUSIEST * share**6 * 0.44 + 400 * share, 1)
    period, phase = 40 + number % 97, (number >> 20) % 628 / 100
    slow = 0.55 + 0.45 * math.sin(seconds * 2 * math.pi / period + phase)
    ripple = 0.8 + 0.2 * math.sin(seconds * 1.7 + phase * 3)
    return round(_BUSIEST * share**6 * slow * ripple + 400 * share, 1)


def _rates(received: float, sent: float, dropped: float) -> Rates:
    return received / _PACKET, sent / _PACKET, received, sent, 0.0, 0.0, dropped, 0.0
