"""How uvicorn speaks WebSocket for the board: given as `ws=` it drops clients that do not read."""

import asyncio
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LARGEST: Final = 512 * 1024
"""For `ws_max_size`: bytes of a client's frame; a larger one is answered with 1009."""
LAST_WORDS: Final = 2.0
"""Seconds in which a client may still take what was written to it after the conversation ended."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closing waits until everything written was taken; from a client that never reads it is taken never."""

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application has ended: what is still unsent shortly after is dropped with the connection."""
        super().on_task_complete(task)
        self.loop.call_later(LAST_WORDS, self._drop)

    def _drop(self) -> None:
        if self.transport is not None and not self.disconnected and self.transport.get_write_buffer_size():
            self.transport.abort()
