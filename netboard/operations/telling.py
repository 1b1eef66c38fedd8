"""Tells others that operations changed: open pages, and the relay that there is something to send."""

import functools

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from netboard.core.errors import BusUnavailable
from netboard.core.ports import ReportReader
from netboard.operations.models import Operation
from netboard.wiring import build

log = structlog.get_logger(__name__)

GROUP = "progress"
"""The Channels group of everybody who forwards progress to browsers."""


@functools.cache
def reports() -> ReportReader:
    """The operations' side of the bus, once a process."""
    return build.report_reader(settings.NETBOARD)


def progressed(operation: Operation) -> None:
    """Tell open pages. While Redis is away this is only logged: pages ask again by themselves."""
    layer = get_channel_layer()
    if layer is None:
        return
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
    try:
        async_to_sync(layer.group_send)(GROUP, {"type": "progress", "host": operation.host, "frame": frame})
    except Exception as error:
        log.warning("progress.untold", operation=operation.pk, reason=str(error))


def wake() -> None:
    """Once the transaction is committed, have the relay look at once. It looks by itself as well, a little later."""
    transaction.on_commit(_ring)


def _ring() -> None:
    try:
        reports().ring()
    except BusUnavailable as error:
        log.warning("relay.unrung", reason=str(error))


def cancelled(operation: Operation) -> None:
    """Tell the agent not to begin it, and pages that it ended."""
    try:
        reports().cancel(operation.pk)
    except BusUnavailable as error:
        log.warning("cancel.untold", operation=operation.pk, reason=str(error))
    progressed(operation)
