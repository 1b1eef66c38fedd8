"""Start and end of the web process, as ASGI tells it."""

import logging
from typing import Any

log = logging.getLogger(__name__)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """Answer the server's start and stop. What runs in the background starts with its first user and ends here."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await _close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _close() -> None:
    from channels.layers import get_channel_layer

    from netboard.live import process

    await process.close()

    layer = get_channel_layer()
    flush = getattr(layer, "flush", None)
    if flush is not None:
        try:
            await flush()
        except Exception:
            log.warning("channel layer did not close cleanly", exc_info=True)
