"""Tells open boards how what monitors ask stands now: frames `reach`, over the group of everybody who forwards them."""

from collections.abc import Sequence
from typing import Final

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from netboard.core.errors import BusUnavailable
from netboard.core.wire import Reach
from netboard.networks import graphs
from netboard.probes.monitors import selectors
from netboard.probes.monitors.models import Series

log = structlog.get_logger(__name__)

GROUP: Final = "progress"
MOST: Final = 2000
"""Things in one frame; a board asks for the rest by itself."""


def reached(host: str, rows: Sequence[Series]) -> None:
    """Tell of these series. What cannot be told is not lost: boards ask again."""
    layer = get_channel_layer()
    if not rows or layer is None:
        return
    try:
        graph = graphs.of(host)
        items = [selectors.reached(row, graph) for row in rows[:MOST]]
        frame: Reach = {"type": "reach", "host": host, "items": items}
        async_to_sync(layer.group_send)(GROUP, {"type": "progress", "host": host, "frame": frame})
    except (BusUnavailable, OSError) as error:
        log.warning("reach.untold", reason=str(error))
