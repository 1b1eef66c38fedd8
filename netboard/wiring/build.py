"""Settings become adapters here. Each function imports its adapter when called: a process loads only what it uses."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netboard.adapters.bus.feed import RedisLogFeed
    from netboard.adapters.bus.fleet_writer import RedisFleetWriter
    from netboard.adapters.bus.probes import RedisProbeReader, RedisProbeWriter
    from netboard.adapters.bus.reader import RedisLogReader
    from netboard.adapters.bus.reports import RedisReportReader, RedisReportWriter
    from netboard.adapters.bus.traffic import RedisTrafficFeed, RedisTrafficReader, RedisTrafficWriter
    from netboard.adapters.bus.writer import RedisLogWriter
    from netboard.adapters.engine.watcher import EngineWatcher
    from netboard.adapters.engine.writer import EngineWriter
    from netboard.adapters.kernel.dataplane import KernelDataPlane
    from netboard.adapters.kernel.statistics import KernelCounters
    from netboard.adapters.kernel.watcher import KernelWatcher
    from netboard.adapters.probe.rounds import Rounds
    from netboard.adapters.probe.sweeper import ProcessSweeper
    from netboard.adapters.simulated.fleet import Fleet
    from netboard.core.model import Facts
    from netboard.core.probes.counters import Rates
    from netboard.wiring.settings import Settings


def log_writer(settings: "Settings", host: str) -> "RedisLogWriter":
    """The log of one host, for its observer."""
    from netboard.adapters.bus.writer import RedisLogWriter

    return RedisLogWriter(settings.redis, host, log_length=settings.log_length, patience=2.0)


def log_reader(settings: "Settings") -> "RedisLogReader":
    """The logs of all hosts, for threads."""
    from netboard.adapters.bus.reader import RedisLogReader

    return RedisLogReader(settings.redis)


def log_feed(settings: "Settings") -> "RedisLogFeed":
    """The logs of all hosts, for one event loop."""
    from netboard.adapters.bus.feed import RedisLogFeed

    return RedisLogFeed(settings.redis)


def engine_watcher(settings: "Settings") -> "EngineWatcher":
    """The Docker Engine as a source of facts."""
    from netboard.adapters.engine.watcher import EngineWatcher

    return EngineWatcher(settings.docker, stale_after=settings.stale_after)


def kernel_watcher(settings: "Settings") -> "KernelWatcher":
    """The kernel's side of this host's facts."""
    from netboard.adapters.kernel.watcher import KernelWatcher

    return KernelWatcher(scan_every=settings.scan_every)


def engine_writer(settings: "Settings") -> "EngineWriter":
    """The Docker Engine as something that is changed."""
    from netboard.adapters.engine.writer import EngineWriter

    return EngineWriter(settings.docker)


def data_plane(settings: "Settings") -> "KernelDataPlane":
    """What the kernel is asked after a change."""
    from netboard.adapters.kernel.dataplane import KernelDataPlane

    return KernelDataPlane()


def report_writer(settings: "Settings") -> "RedisReportWriter":
    """Leases and reports of operations, for the agent."""
    from netboard.adapters.bus.reports import RedisReportWriter

    return RedisReportWriter(settings.redis)


def report_reader(settings: "Settings") -> "RedisReportReader":
    """Leases and reports of operations, for the recorder."""
    from netboard.adapters.bus.reports import RedisReportReader

    return RedisReportReader(settings.redis)


def probe_writer(settings: "Settings") -> "RedisProbeWriter":
    """What sweeps and monitors tell, for the agent."""
    from netboard.adapters.bus.probes import RedisProbeWriter

    return RedisProbeWriter(settings.redis)


def probe_reader(settings: "Settings") -> "RedisProbeReader":
    """What sweeps and monitors told, for the board."""
    from netboard.adapters.bus.probes import RedisProbeReader

    return RedisProbeReader(settings.redis)


def probe_rounds() -> "Rounds[tuple[int, str]]":
    """Many single probes at once; needs root."""
    from netboard.adapters.probe.rounds import Rounds

    return Rounds()


def counter_source(settings: "Settings") -> "KernelCounters":
    """The counters of every device of this host."""
    from netboard.adapters.kernel.statistics import KernelCounters

    return KernelCounters()


def traffic_writer(settings: "Settings") -> "RedisTrafficWriter":
    """What passes a host's devices, for the agent."""
    from netboard.adapters.bus.traffic import RedisTrafficWriter

    return RedisTrafficWriter(settings.redis)


def traffic_reader(settings: "Settings") -> "RedisTrafficReader":
    """What passes hosts' devices, for threads."""
    from netboard.adapters.bus.traffic import RedisTrafficReader

    return RedisTrafficReader(settings.redis)


def traffic_feed(settings: "Settings") -> "RedisTrafficFeed":
    """What passes hosts' devices, for one event loop."""
    from netboard.adapters.bus.traffic import RedisTrafficFeed

    return RedisTrafficFeed(settings.redis)


def sweeper(settings: "Settings") -> "ProcessSweeper":
    """What sends a sweep's packets and hears the answers."""
    from netboard.adapters.probe.sweeper import ProcessSweeper

    return ProcessSweeper()


def webhook() -> Callable[[str, str, bytes, dict[str, str]], None]:
    """How webhooks are sent: URL, secret, body, headers."""
    from netboard.adapters.notify.webhook import post

    return post


def webhook_check() -> Callable[[str], object]:
    """What an URL of a webhook is checked by; raises `Invalid`."""
    from netboard.adapters.notify.webhook import check

    return check


def fleet_writer(settings: "Settings") -> "RedisFleetWriter":
    """The logs of many hosts over one connection."""
    from netboard.adapters.bus.fleet_writer import RedisFleetWriter

    return RedisFleetWriter(settings.redis)


def simulated_fleet(hosts: int, containers: int) -> "Fleet":
    """A fleet in memory."""
    from netboard.adapters.simulated.fleet import Fleet

    return Fleet(hosts, containers)


def simulated_rates(facts: "Facts", moment: float | None) -> "dict[tuple[str, int], Rates]":
    """What passes the devices of a simulated host at a moment."""
    from netboard.adapters.simulated.counters import rates

    return rates(facts, moment)
