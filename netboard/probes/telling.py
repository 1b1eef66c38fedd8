"""Tells others that sweeps went on: open boards by frames `sweep`, and the relay that there is something to send.

What is not told is not lost: boards and pages ask again, and the relay looks by itself.
"""

import functools
import time
from collections.abc import Iterable
from typing import Final

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from netboard.core.errors import BusUnavailable
from netboard.core.ids import container_id
from netboard.core.probes.model import Result
from netboard.core.probes.ports import ProbeReader
from netboard.core.wire import SweepProgress, SweepRow
from netboard.operations.telling import later
from netboard.probes.models import Sweep
from netboard.wiring import build

log = structlog.get_logger(__name__)

GROUP: Final = "progress"
PAUSE: Final = 0.2
"""Seconds between two frames of a sweep at least."""
ROWS: Final = 2000
"""Rows of one frame at most."""


@functools.cache
def reports() -> ProbeReader:
    """The board's side of the bus, once a process."""
    return build.probe_reader(settings.NETBOARD)


def wake() -> None:
    """Once the transaction is committed, have the relay look at once."""
    transaction.on_commit(ring)


def ring() -> None:
    """Have the relay look now."""
    later(lambda: reports().ring())


def changed(sweep: Sweep) -> None:
    """Tell open boards how it stands, without rows, from a thread beside the request."""
    frame = frame_of(sweep, [])

    def tell() -> None:
        send(frame)

    later(tell)


def row_of(host: str, result: Result) -> SweepRow:
    """What a frame says of one address."""
    first = result["explanation"][0] if result["explanation"] else None
    return {
        "address": result["address"],
        "alive": result["alive"],
        "kind": result["kind"],
        "container": container_id(host, result["container"]) if result["container"] else None,
        "rtt_us": result["rtt_us"],
        "code": first["code"] if first else "",
        "params": dict(first["params"]) if first else {},
    }


def frame_of(sweep: Sweep, rows: list[SweepRow]) -> SweepProgress:
    """How it stands, with these rows."""
    return {
        "type": "sweep",
        "id": sweep.pk,
        "host": sweep.host,
        "network": sweep.node or None,
        "cidr": sweep.cidr,
        "state": sweep.state,  # type: ignore[typeddict-item]  # the column's choices are these
        "asked": sweep.asked,
        "total": sweep.total,
        "alive": sweep.alive,
        "results": rows,
        "error": sweep.error,
    }


def send(frame: SweepProgress) -> None:
    """Tell everybody who forwards progress. Blocks; for threads without an event loop."""
    layer = get_channel_layer()
    if layer is not None:
        async_to_sync(layer.group_send)(GROUP, {"type": "progress", "host": frame["host"], "frame": frame})


class Pending:
    """Rows that wait for the next frame of their sweep. For one thread."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, SweepRow]] = {}
        self._sweeps: dict[str, Sweep] = {}
        self._told: dict[str, float] = {}

    def add(self, sweep: Sweep, results: Iterable[Result]) -> None:
        """There is news of this sweep."""
        self._sweeps[sweep.pk] = sweep
        rows = self._rows.setdefault(sweep.pk, {})
        rows |= {result["address"]: row_of(sweep.host, result) for result in results}

    def __bool__(self) -> bool:
        return bool(self._sweeps)

    def flush(self) -> None:
        """Send what is due: of each sweep a frame now and then, at its end all."""
        now = time.monotonic()
        for sweep_id, sweep in list(self._sweeps.items()):
            if not sweep.terminal and now - self._told.get(sweep_id, 0.0) < PAUSE:
                continue
            rows = list(self._rows.pop(sweep_id, {}).values())
            del self._sweeps[sweep_id]
            self._told[sweep_id] = now
            try:
                for start in range(0, max(1, len(rows)), ROWS):
                    send(frame_of(sweep, rows[start : start + ROWS]))
            except (BusUnavailable, OSError) as error:
                log.warning("sweep.untold", sweep=sweep_id, reason=str(error))
        for sweep_id in [each for each, at in self._told.items() if now - at > 60.0]:
            del self._told[sweep_id]
