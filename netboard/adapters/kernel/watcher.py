"""The kernel as a source of facts: a thread that watches, and begins again when something fails."""

import logging
import os
import select
import threading
from pathlib import Path
from typing import Final

from netboard.adapters.kernel.check import Check
from netboard.adapters.kernel.netlink import EVENT_BUFFER
from netboard.adapters.kernel.scratch import DEFAULT_RUN
from netboard.adapters.kernel.session import Session
from netboard.core.clock import utc
from netboard.core.errors import KernelUnavailable
from netboard.core.model import FactsChange, Source
from netboard.core.ports import Tell

_log = logging.getLogger(__name__)
_BACK_OFF: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


def boot_id() -> str:
    """The kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class KernelWatcher:
    """Fulfils `ports.Watcher`: links, addresses, routes, rules and neighbours of every network namespace.

    `scan_every` is the time, in seconds, between looks for namespaces that only a process holds. `run` is netboard's
    run folder; namespaces mounted in its folder `scratch` are its own and never told. After each `check` a change with
    `by_check` is told, empty where nothing differed. `boot` may be given; else the kernel is asked. `event_buffer` is
    how many bytes of events may wait unread before the kernel drops them and everything is dumped anew.
    """

    def __init__(
        self,
        boot: str = "",
        *,
        scan_every: float = 1.8,
        run: Path = DEFAULT_RUN,
        event_buffer: int = EVENT_BUFFER,
    ) -> None:
        self._boot = boot or boot_id()
        self._scan_every = scan_every
        self._run = run
        self._event_buffer = event_buffer
        self.losses = 0
        """How often events were lost and everything was dumped anew."""
        self._stopping = threading.Event()
        self._check_wanted = threading.Event()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._thread: threading.Thread | None = None

    def start(self, tell: Tell) -> None:
        """See `ports.Watcher`."""
        self._thread = threading.Thread(target=self._watch, args=(tell,), name="kernel-watcher", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """See `ports.Watcher`."""
        self._check_wanted.set()
        self._rouse()

    def stop(self) -> None:
        """See `ports.Watcher`."""
        if self._wake < 0:
            return
        self._stopping.set()
        self._rouse()
        if self._thread:
            self._thread.join(5)
        os.close(self._wake)
        self._wake = -1

    def _rouse(self) -> None:
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    def _watch(self, tell: Tell) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                session = Session(self._boot, self._scan_every, self._run, self._event_buffer, tell)
                try:
                    tell(self._first(session))
                    failures = 0
                    self._follow(session, tell)
                finally:
                    session.close()
            except KernelUnavailable as error:
                params = tuple((name, str(value)) for name, value in error.params.items())
                tell(FactsChange(source="kernel", whole=True, state=Source("absent", utc(), error.code, params)))
            except Exception as error:
                _log.exception("watching the kernel failed; beginning again")
                reason = getattr(error, "strerror", "") or str(error)
                tell(FactsChange(source="kernel", state=Source("stale", utc(), "kernel_failed", (("reason", reason),))))
            self._stopping.wait(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
            failures += 1

    def _first(self, session: Session) -> FactsChange:
        everything = session.begin()
        return FactsChange(
            source="kernel",
            whole=True,
            state=Source("live", utc()),
            boot=self._boot,
            namespaces=everything.namespaces,
            links=everything.links,
            annexes=everything.annexes,
        )

    def _follow(self, session: Session, tell: Tell) -> None:
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        session.register(poller)
        check = Check(session)
        while not self._stopping.is_set():
            ready = dict(poller.poll(min(session.timeout(), check.timeout()) * 1000))
            if self._wake in ready:
                os.eventfd_read(self._wake)
            session.serve(ready)
            self.losses = session.losses
            if self._check_wanted.is_set() and not check.pending:
                self._check_wanted.clear()
                self._tell_if(tell, check.begin())
            self._tell_if(tell, check.finish())

    @staticmethod
    def _tell_if(tell: Tell, change: FactsChange | None) -> None:
        if change is not None:
            tell(change)
