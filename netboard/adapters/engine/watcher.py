"""Follows one Docker Engine: subscribe, list, then look again at each object that an event names.

    connect ─► subscribe ─► list containers and networks ─► tell everything ─► follow ─┐
       ▲                                                                               │ stream ended, no answer
       └────────────────────────── tell why, back off ◄────────────────────────────────┘

Events are drained by a thread of their own and coalesced by object; what only an inspect tells is asked a few
containers at a time after everything was told; an engine that sent nothing for a while is pinged, as a stopped one
just falls silent.
"""

import logging
import queue
import threading
import time
from typing import Final

from netboard.adapters.engine.connection import Connection, Inbox
from netboard.adapters.engine.edge import mapped, source_of
from netboard.adapters.engine.mirror import Mirror
from netboard.adapters.engine.session import Session
from netboard.core.clock import utc
from netboard.core.errors import NetboardError
from netboard.core.model import FactsChange, Source
from netboard.core.ports import Tell

_log = logging.getLogger(__name__)

FIRST_RETRY: Final = 0.1
LONGEST_RETRY: Final = 5.0
LONGEST_ANSWER: Final = 4.0


class EngineWatcher:
    """The engine behind `address` as a source of facts; fulfils `ports.Watcher`.

    `stale_after`: seconds within which it is told that the engine stopped answering.
    """

    def __init__(self, address: str, stale_after: float = 10.0) -> None:
        self._address = address
        self._timeout = min(LONGEST_ANSWER, stale_after * 0.3)
        self._ping_after = stale_after * 0.2
        self._inbox: Inbox = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._check_wanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._mirror = Mirror()
        self._source = Source("absent")
        self._receiver: Tell | None = None

    def start(self, tell: Tell) -> None:
        """See `ports.Watcher`."""
        self._receiver = tell
        self._thread.start()

    def check(self) -> None:
        """See `ports.Watcher`."""
        self._check_wanted.set()
        self._inbox.put({})

    def stop(self) -> None:
        """See `ports.Watcher`."""
        self._stopping.set()
        self._inbox.put({})
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._session(slower=min(4, 1 + failures))
            except Exception as error:
                failures = failures + 1 if time.monotonic() - began < 2 * LONGEST_RETRY else 1
                self._tell_failure(error)
            self._stopping.wait(min(LONGEST_RETRY, FIRST_RETRY * 2**failures))

    def _session(self, slower: int) -> None:
        """From connecting until the engine fails; `slower` times more patient with one that did not answer before."""
        connection = Connection(self._address, self._timeout * slower)
        try:
            while not self._inbox.empty():  # left over from an earlier stream
                self._inbox.get()
            subscription = connection.subscribe(self._inbox)
            try:
                session = Session(connection, self._mirror, self._inbox, self._tell, self._ping_after)
                session.list_all()
                connection.timeout = self._timeout
                session.follow(self._stopping, self._check_wanted)
            finally:
                subscription.close()
        finally:
            connection.close()

    def _tell(self, change: FactsChange) -> None:
        if change.state is not None:
            self._source = change.state
        if self._receiver is not None:
            self._receiver(change)

    def _tell_failure(self, error: Exception) -> None:
        if not isinstance(error, NetboardError):
            _log.exception("following the engine failed; beginning again")
            error = mapped(error, self._address)
        source = source_of(error, utc())
        if not self._stopping.is_set() and source._replace(since=self._source.since) != self._source:
            self._tell(FactsChange(source="engine", state=source))
