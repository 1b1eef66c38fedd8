"""From facts to the host's log: resolve what was touched, write what that changed, begin anew when the log was lost."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import structlog

from netboard.core.clock import utc
from netboard.core.errors import BusUnavailable
from netboard.core.ids import namespace_id
from netboard.core.model import Annex, FactKey, Facts, Json
from netboard.core.ports import HostStatus, LogWriter
from netboard.core.resolve import Resolver

log = structlog.get_logger("netboard.agent")

FIRST_RETRY: Final = 0.25
LONGEST_RETRY: Final = 3.0
"""Seconds between attempts to reach the bus while it is away."""


class Publisher:
    """Keeps one host's log equal to the facts. While the bus is away nothing is lost: the log begins anew after it."""

    def __init__(self, facts: Facts, writer: LogWriter, status: Callable[[], HostStatus]) -> None:
        self._facts = facts
        self._writer = writer
        self._status = status
        self._resolver: Resolver | None = None
        self._touched: set[FactKey] = set()
        self._annexes: dict[str, Annex] = {}
        self._unkept: set[str] = set()
        self._begun = False
        self._failures = 0
        self._retry_at = 0.0

    @property
    def is_away(self) -> bool:
        """Whether the bus did not answer when it was asked last, or was not asked yet."""
        return not self._begun

    @property
    def retry_in(self) -> float:
        """Seconds until it makes sense to try the bus again; 0 while it answers."""
        return max(0.0, self._retry_at - time.monotonic())

    @property
    def has_news(self) -> bool:
        """Whether something was touched that is not written yet."""
        return bool(self._touched)

    def touch(self, keys: Iterable[FactKey]) -> None:
        """These facts have changed."""
        self._touched.update(keys)

    def keep(self, annexes: Mapping[str, Annex | None]) -> None:
        """Remember annexes, by namespace key; `flush_annexes` writes them."""
        for key, annex in annexes.items():
            if annex is None:
                self._annexes.pop(key, None)
            else:
                self._annexes[key] = annex
            self._unkept.add(key)

    def publish(self) -> None:
        """Write what was touched since. While the bus is away it is only tried again when its time has come."""
        if self.retry_in > 0:
            return
        self._reach(self._publish)

    def report(self) -> None:
        """Renew the heartbeat."""
        if self._begun:
            self._reach(lambda: self._writer.report(self._status()))

    def flush_annexes(self) -> None:
        """Write the annexes that changed."""
        if not self._begun or not self._unkept:
            return
        host = self._facts.host
        annexes = {namespace_id(host, key): _readable(self._annexes.get(key)) for key in self._unkept}
        if self._reach(lambda: self._writer.keep_annexes(annexes)):
            self._unkept.clear()

    def _publish(self) -> None:
        if self._resolver is None:
            self._resolver = Resolver(self._facts.host, dict(self._writer.slots()))
            self._touched.clear()
            change = self._resolver.update(self._facts, None)
        else:
            touched, self._touched = self._touched, set()
            change = self._resolver.update(self._facts, touched)
        if self._begun and change and self._writer.append(change, utc()) is None:
            log.warning("log.lost", host=self._facts.host)
            self._begun = False
        if not self._begun:
            position = self._writer.begin(self._resolver.graph(), self._status())
            self._begun = True
            self._unkept.update(self._annexes)
            log.info("log.begun", host=self._facts.host, epoch=position["epoch"])

    def _reach(self, step: Callable[[], None]) -> bool:
        """Take a step that needs the bus. Where it is away, everything is written anew once it is back."""
        try:
            step()
        except BusUnavailable as error:
            if self._begun or not self._failures:
                log.warning("bus.away", host=self._facts.host, code=error.code, reason=str(error))
            self._begun = False
            self._failures += 1
            self._retry_at = time.monotonic() + min(LONGEST_RETRY, FIRST_RETRY * 2.0**self._failures)
            return False
        self._failures = 0
        self._retry_at = 0.0
        return True


def _readable(annex: Annex | None) -> Json:
    if annex is None:
        return None
    neighbours: list[Json] = [dict(each._asdict()) for each in annex.neighbours]
    forwarding: list[Json] = [dict(each._asdict()) for each in annex.forwarding]
    return {"neighbours": neighbours, "forwarding": forwarding}
