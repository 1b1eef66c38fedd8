"""`python -m netboard.agent monitor`: what is measured on this host all the time, each part in a thread of its own."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog

from netboard.wiring import build
from netboard.wiring.process import collect_rarely
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")


class Part(Protocol):
    """Something that measures."""

    def run(self, stop: threading.Event) -> None:
        """Measure until `stop` is set."""


def _prober(settings: Settings) -> Part:
    from netboard.agent.monitor.following import Following
    from netboard.agent.monitor.plan import Plans
    from netboard.agent.monitor.prober import Prober

    bus = build.probe_writer(settings)
    following = Following(build.log_reader(settings), settings.host, settings.stale_after)
    return Prober(settings.host, Plans(settings, bus), following, bus, build.probe_rounds())


def _traffic(settings: Settings) -> Part:
    from netboard.agent.traffic.part import TrafficPart

    return TrafficPart(settings)


PARTS: list[tuple[str, Callable[[Settings], Part]]] = [("prober", _prober), ("traffic", _traffic)]
"""What runs, by name."""


def run(settings: Settings) -> int:
    """Measure until SIGTERM or SIGINT. A part that breaks ends the process, which its supervisor starts anew."""
    stop = threading.Event()
    broken: list[str] = []

    def work(name: str, part: Part) -> None:
        try:
            part.run(stop)
        except Exception:
            log.exception("monitor.broke", part=name)
            broken.append(name)
            stop.set()

    threads = [
        threading.Thread(target=work, args=(name, make(settings)), name=name, daemon=True) for name, make in PARTS
    ]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    collect_rarely()
    for thread in threads:
        thread.start()
    while not stop.wait(3600):
        pass
    with suppress(RuntimeError):
        for thread in threads:
            thread.join(5)
    return 1 if broken else 0
