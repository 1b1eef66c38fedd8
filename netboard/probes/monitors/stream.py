"""Reads what probers observed from the bus, each message once: the position is written in their transaction."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, transaction

from netboard.core.errors import BusUnavailable
from netboard.core.probes.model import Observation
from netboard.core.probes.ports import ProbeReader
from netboard.probes.monitors import intake, telling
from netboard.probes.monitors.models import StreamPosition
from netboard.wiring import build

log = structlog.get_logger(__name__)

GATHER: Final = 0.5
"""Seconds in which messages gather for one transaction."""


class Intake:
    """Takes in observations until told to stop; survives the bus and the database being away."""

    def __init__(self, bus: Callable[[], ProbeReader] | None = None) -> None:
        self._make_bus = bus or (lambda: build.probe_reader(settings.NETBOARD))
        self._bus: ProbeReader | None = None
        self._after: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause = GATHER
        try:
            while not stop.is_set():
                try:
                    self.turn(1.0)
                    pause = GATHER
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("observations.wait", reason=str(error))
                    self._after = None
                    pause = min(5.0, pause * 2)
                except Exception:
                    log.exception("observations.broke")
                    self._after = None
                    pause = min(5.0, pause * 2)
                stop.wait(pause)
        finally:
            if self._bus is not None:
                self._bus.close()

    def turn(self, wait: float) -> int:
        """Take in what was told since; answers how many observations."""
        close_old_connections()
        self._bus = self._bus or self._make_bus()
        if self._after is None:
            row = StreamPosition.objects.first()
            self._after = row.position if row else "0"
        found = self._bus.reports(self._after, wait=wait)
        if not found:
            return 0
        by_host: dict[str, list[Observation]] = {}
        for told in found:
            if told.kind == "observations":
                by_host.setdefault(told.host, []).extend(told.observations)
                if told.why:
                    log.warning("observations.refused", host=told.host, reason=told.why)
                    self._bus.set_aside(told.position, told.why)
        self._take(by_host, found[-1].position)
        self._after = found[-1].position
        return sum(map(len, by_host.values()))

    def _take(self, by_host: Mapping[str, list[Observation]], position: str) -> None:
        begun = time.perf_counter()
        with transaction.atomic():
            touched = {host: intake.take(observations, host) for host, observations in by_host.items()}
            StreamPosition.objects.update_or_create(pk=1, defaults={"position": position})
        for host, rows in touched.items():
            telling.reached(host, rows)
        log.debug("observations.taken", seconds=round(time.perf_counter() - begun, 3))
