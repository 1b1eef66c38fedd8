"""The counters of every device in every network namespace: one dump of RTM_GETSTATS in each, read barely.

A namespace is entered anew each time: a socket left in it would keep it alive after its container. That costs 40 µs;
a dump of RTM_GETLINK, which tells everything about a device, would be ten times as long.
"""

import os
import select
import time
from collections.abc import Sequence
from pathlib import Path
from struct import Struct
from typing import Final, cast

from netboard.adapters.kernel.census import Census, Found, open_namespace
from netboard.adapters.kernel.namespaces import Visitor
from netboard.adapters.kernel.netlink import RouteSocket, unsupported
from netboard.adapters.kernel.rights import demand_rights
from netboard.adapters.kernel.scratch import DEFAULT_RUN
from netboard.core.ids import namespace_key
from netboard.core.probes.counters import Counters, Reading

RTM_NEWSTATS, RTM_GETSTATS = 92, 94
_LINK_64: Final = 1
_REQUEST: Final = Struct("=B3xII").pack(0, 0, 1 << (_LINK_64 - 1))
"""if_stats_msg: family, ifindex, filter mask."""
_STATISTICS: Final = Struct("=4xI4xHH8Q")
"""if_stats_msg, an attribute's head, and the beginning of rtnl_link_stats64: what `counters.NAMES` lists."""
_ATTRIBUTE: Final = Struct("=HH")
_COUNTERS: Final = Struct("=8Q")
_HEAD: Final = 12

_BATCH: Final = 128
"""Namespaces open at once; a process may have 1,024 descriptors by default."""
_WHOLE_LOOK: Final = 10.0
"""Seconds between looks at every process: only a known one that moved elsewhere is missed in between."""


class KernelCounters:
    """Fulfils `core.probes.traffic.CounterSource`. Used by one thread; enters namespaces by a visitor's.

    Raises `KernelUnavailable` where this process lacks the rights.
    """

    def __init__(self, run: Path = DEFAULT_RUN) -> None:
        demand_rights()
        self._boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        self._census = Census(run)
        self._mounts = select.poll()
        self._mounts.register(self._census.fileno(), select.POLLPRI)
        self._next_whole_look = 0.0
        self._looked = 0.0
        try:
            self._visitor = Visitor()
        except BaseException:
            self._census.close()
            raise

    def close(self) -> None:
        """End the visitor's thread, close descriptors."""
        self._visitor.close()
        self._census.close()

    def spent(self) -> float:
        """Seconds of processor time that readings have used so far."""
        return self._looked + self._visitor.spent()

    def read(self) -> list[Reading]:
        """The counters of every namespace that somebody holds now, but netboard's own; what vanished is left out.

        Raises `KernelUnavailable` where the kernel knows no such dump (before Linux 4.7).
        """
        before = time.thread_time()
        now = time.monotonic()
        whole = now >= self._next_whole_look
        if whole:
            self._next_whole_look = now + _WHOLE_LOOK
        if self._mounts.poll(0):
            self._census.mounts_changed()
        found, _ = self._census.look(quickly=not whole)
        targets = [one for one in found.values() if not one.scratch]
        readings: dict[str, Reading] = {}
        for start in range(0, len(targets), _BATCH):
            readings |= self._read_batch(targets[start : start + _BATCH])
        self._looked += time.thread_time() - before
        return list(readings.values())

    def _read_batch(self, targets: Sequence[Found]) -> dict[str, Reading]:
        opened = [descriptor for target in targets if (descriptor := open_namespace(target)) >= 0]
        try:
            looked = self._visitor.each(opened, lambda _: self._look())
        finally:
            for descriptor in opened:
                os.close(descriptor)
        return {one.namespace: one for one in looked if not isinstance(one, OSError)}

    def _look(self) -> Reading:
        with RouteSocket() as inside:
            return Reading(namespace_key(self._boot_id, inside.cookie()), time.monotonic(), dump(inside))


def dump(route_socket: RouteSocket) -> dict[int, Counters]:
    """The counters of all devices of the namespace that `route_socket` was made in, by ifindex. Raises OSError."""
    try:
        messages = route_socket.dump(RTM_GETSTATS, _REQUEST)
    except OSError as error:
        if error.errno in (22, 95):  # EINVAL, EOPNOTSUPP
            raise unsupported("RTM_GETSTATS") from error
        raise
    found: dict[int, Counters] = {}
    unpack = _STATISTICS.unpack_from
    for kind, body in messages:
        if kind != RTM_NEWSTATS or len(body) < _STATISTICS.size:
            continue
        ifindex, _, name, *numbers = unpack(body)
        counters = tuple(numbers) if name == _LINK_64 else _further(body)
        if counters:
            found[ifindex] = cast("Counters", counters)
    return found


def _further(body: bytes) -> tuple[int, ...]:
    """The counters where another attribute comes first: padding, on machines that want 64 bits aligned."""
    offset = _HEAD
    while offset + 4 <= len(body):
        length, name = _ATTRIBUTE.unpack_from(body, offset)
        if name == _LINK_64 and length >= 4 + _COUNTERS.size:
            return _COUNTERS.unpack_from(body, offset + 4)
        offset += max(4, (length + 3) & ~3)
    return ()
