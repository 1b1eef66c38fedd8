"""The sampler as a part of the monitor's process."""

import threading

import structlog

from netboard.agent.traffic.sampler import Sampler
from netboard.core.errors import KernelUnavailable
from netboard.wiring import build
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")


class TrafficPart:
    """`run` it in a thread of its own. Without the rights to read the kernel it says so, and only waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self, stop: threading.Event) -> None:
        """Sample this host until told to stop."""
        try:
            source = build.counter_source(self._settings)
        except KernelUnavailable as error:
            log.warning("traffic.unreadable", code=error.code, reason=str(error))
            stop.wait()
            return
        writer = build.traffic_writer(self._settings)
        try:
            Sampler(self._settings.host, source, writer).run(stop)
        except KernelUnavailable as error:
            log.warning("traffic.unreadable", code=error.code, reason=str(error))
            stop.wait()
        finally:
            source.close()
            writer.close()
