"""The observer's main loop: facts from both sources in, the host's log out.

    engine watcher ─┐
                    ├─► one queue ─► facts ─► publisher (resolver ─► log)
    kernel watcher ─┘

A change that comes alone is published at once; while changes keep coming, they are gathered for a moment each time.
"""

import queue
import socket
import threading
import time
from collections.abc import Mapping
from typing import Final, cast

import structlog

import netboard
from netboard.agent.publisher import Publisher
from netboard.agent.recheck import RecheckFile
from netboard.core import facts as core_facts
from netboard.core.clock import utc
from netboard.core.model import Facts, FactsChange, Json, Source
from netboard.core.ports import HostStatus, LogWriter, SourceStatus, Watcher
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")

FIRST_WAIT: Final = 3.0
"""Seconds that the first publication waits for a source that has told nothing yet."""
ANNEX_EVERY: Final = 1.0
"""Seconds between writings of annexes, which change all the time and are read on demand."""


class Observer:
    """One host's observer. `watchers` by the name of their source. `run` returns after `stop`."""

    def __init__(self, settings: Settings, writer: LogWriter, watchers: Mapping[str, Watcher]) -> None:
        self._settings = settings
        self._watchers = watchers
        self._started = utc()
        self._queue: queue.SimpleQueue[FactsChange | None] = queue.SimpleQueue()
        self._stopping = False
        self._spoke: set[str] = set()
        self._checks = 0
        self._differences = 0
        self._facts = Facts(host=settings.host, title=settings.host_title or socket.gethostname())
        self._facts.sources.update((name, Source("absent", self._started)) for name in watchers)
        self._publisher = Publisher(self._facts, writer, self.status)
        self._recheck = RecheckFile(settings.data, settings.host)
        self._published = 0.0
        self._beat_at = self._annexes_at = 0.0
        self._check_at = time.monotonic() + settings.check_every

    def run(self) -> None:
        """Observe until `stop` is called."""
        log.info("observer.started", host=self._facts.host, version=netboard.__version__)
        patience = time.monotonic() + FIRST_WAIT
        for watcher in self._watchers.values():
            watcher.start(self._queue.put)
        try:
            while not self._stopping and self._spoke != set(self._watchers) and time.monotonic() < patience:
                self._take(max(0.0, patience - time.monotonic()))
            while not self._stopping:
                self._publish()
                self._beat()
                self._take(self._wait())
        finally:
            self._stop_watchers()
            log.info("observer.stopped", host=self._facts.host)

    def stop(self) -> None:
        """Have `run` end. May be called from a signal handler or another thread."""
        self._stopping = True
        self._queue.put(None)

    def status(self) -> HostStatus:
        """What the observer says of itself now."""
        return HostStatus(
            host=self._facts.host,
            title=self._facts.title,
            at=utc(),
            started=self._started,
            version=netboard.__version__,
            sources={name: _readable(source) for name, source in self._facts.sources.items()},
            engine=cast("dict[str, Json]", self._facts.engine._asdict()),
            checks=self._checks,
            differences=self._differences,
        )

    def _wait(self) -> float:
        """Seconds until there is something to do without a fact."""
        moment = time.monotonic()
        next_at = min(self._beat_at, self._check_at)
        if self._publisher.is_away:
            next_at = min(next_at, moment + self._publisher.retry_in)
        elif self._publisher.has_news:
            next_at = min(next_at, self._published + self._settings.gather)
        return max(0.0, next_at - moment)

    def _take(self, wait: float) -> None:
        """Apply what the watchers told: wait for the first, then take what is there, no longer than for gathering."""
        try:
            change = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            until = time.monotonic() + self._settings.gather
            while change is not None:
                self._apply(change)
                if time.monotonic() > until:
                    return
                change = self._queue.get_nowait()
        except queue.Empty:
            return

    def _apply(self, change: FactsChange) -> None:
        touched = core_facts.apply(self._facts, change)
        self._spoke.add(change.source)
        self._publisher.touch(touched)
        if change.annexes:
            self._publisher.keep(change.annexes)
        if change.by_check and touched:
            self._differences += len(touched)
            log.warning("check.difference", source=change.source, touched=sorted(map(str, touched)))
        if change.state is not None and ("host",) in touched:
            state = change.state
            log.info("source.changed", source=change.source, state=state.state, code=state.code)
            self._beat_at = 0.0

    def _publish(self) -> None:
        due = self._publisher.is_away or (
            self._publisher.has_news and time.monotonic() >= self._published + self._settings.gather
        )
        if due:
            self._publisher.publish()
            self._published = time.monotonic()

    def _beat(self) -> None:
        """What is done from time to time: heartbeat, annexes, checks."""
        moment = time.monotonic()
        if moment >= self._annexes_at:
            self._publisher.flush_annexes()
            self._annexes_at = moment + ANNEX_EVERY
        if moment >= self._beat_at:
            self._publisher.report()
            self._beat_at = moment + self._settings.beat_every
            if self._recheck.was_asked():
                self._check_at = moment
        if moment >= self._check_at:
            self._checks += 1
            self._check_at = moment + self._settings.check_every
            for watcher in self._watchers.values():
                watcher.check()

    def _stop_watchers(self) -> None:
        """Stop both at the same time: each may take up to 5 s."""
        threads = [threading.Thread(target=watcher.stop, daemon=True) for watcher in self._watchers.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _readable(source: Source) -> SourceStatus:
    return SourceStatus(state=source.state, since=source.since, code=source.code, params=dict(source.params))
