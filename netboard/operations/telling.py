"""Tells others that operations changed: open pages, and the relay that there is something to send.

All of it happens in one thread beside the request: while Redis does not answer, nobody waits for it. What is not told
is not lost either: pages ask again, and the relay looks by itself.
"""

import functools
import queue
import threading
from collections.abc import Callable
from typing import Final

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from netboard.core.ports import ReportReader
from netboard.operations.models import Operation
from netboard.wiring import build

log = structlog.get_logger(__name__)

GROUP = "progress"
"""The Channels group of everybody who forwards progress to browsers."""
WAITING: Final = 500
"""What may wait to be told; while Redis is away longer, the rest is left out."""


@functools.cache
def reports() -> ReportReader:
    """The operations' side of the bus, once a process."""
    return build.report_reader(settings.NETBOARD)


class _Teller:
    """Does one thing after the other in a thread of its own, which is started by the first."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def later(self, call: Callable[[], None]) -> None:
        """Have it done soon."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="teller", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(call)
        except queue.Full:
            log.warning("progress.left_out")

    def _run(self) -> None:
        while True:
            call = self._waiting.get()
            try:
                call()
            except Exception as error:
                log.warning("progress.untold", reason=str(error))


_teller = _Teller()


def progressed(operation: Operation) -> None:
    """Tell open pages."""
    frame = {
        "type": "operation",
        "id": operation.pk,
        "host": operation.host,
        "kind": operation.kind,
        "subject": operation.subject,
        "state": operation.state,
        "steps": operation.steps,
        "error": operation.error,
    }
    _teller.later(functools.partial(_send, {"type": "progress", "host": operation.host, "frame": frame}))


def _send(message: dict[str, object]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        async_to_sync(layer.group_send)(GROUP, message)


def wake() -> None:
    """Once the transaction is committed, have the relay look at once. It looks by itself as well, a little later."""
    transaction.on_commit(ring)


def ring() -> None:
    """Have the relay look now."""
    _teller.later(lambda: reports().ring())


def cancelled(operation: Operation) -> None:
    """Tell the agent not to begin it, and pages that it ended."""
    wish = operation.pk
    _teller.later(lambda: reports().cancel(wish))
    progressed(operation)
