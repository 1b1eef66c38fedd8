"""Tells others that operations changed: open pages, and the relay that there is something to send.

All of it happens in one thread beside the request: while Redis does not answer, nobody waits for it. What is not told
is not lost either: pages ask again, and the relay looks by itself.
"""

import asyncio
import functools
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
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


Call = Callable[[], Coroutine[Any, Any, None] | None]


class _Teller:
    """Does one thing after the other in a thread of its own, which is started by the first."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Call] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def later(self, call: Call) -> None:
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
        with asyncio.Runner() as runner:  # one loop for all: the layer's connections belong to it
            while True:
                call = self._waiting.get()
                try:
                    if (sending := call()) is not None:
                        runner.run(sending)
                except Exception as error:
                    log.warning("progress.untold", reason=str(error))


_teller = _Teller()


def later(call: Call) -> None:
    """Have this done soon, in the thread of everything that is told; a coroutine that it answers is run there."""
    _teller.later(call)


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


def _send(message: dict[str, object]) -> Coroutine[Any, Any, None] | None:
    layer = get_channel_layer()
    return None if layer is None else layer.group_send(GROUP, message)


def wake() -> None:
    """Once the transaction is committed, have the relay look at once. It looks by itself as well, a little later."""
    transaction.on_commit(ring)


def ring() -> None:
    """Have the relay look now."""
    _teller.later(lambda: reports().ring())
