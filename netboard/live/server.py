"""How uvicorn speaks WebSocket for the board, given as `ws=`.

It drops clients that do not read, and makes the bytes of a frame once for all clients that get the same text: without
context takeover (RFC 7692, 7.1.1.1) a server's compressed frame depends on nothing but its text.
"""

import asyncio
import struct
import zlib
from functools import lru_cache
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.protocol import State

LARGEST: Final = 512 * 1024
"""For `ws_max_size`: bytes of a client's frame; a larger one is answered with 1009."""
LAST_WORDS: Final = 2.0
"""Seconds in which a client may still take what was written to it after the conversation ended."""
SMALL: Final = 1400
"""Bytes up to which compressing a frame saves no packet."""
WINDOW: Final = 12
"""Window bits of compression, either way: 4 KiB of memory each."""


def frame_of(text: str, deflated: bool) -> bytes:
    """A server's whole text frame (RFC 6455, 5.2), compressed where that was agreed and pays."""
    payload = text.encode()
    first = 0x81
    if deflated and len(payload) > SMALL:
        compressor = zlib.compressobj(wbits=-WINDOW, memLevel=5)
        payload = (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
        first |= 0x40
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


_small = lru_cache(maxsize=32)(frame_of)
_large = lru_cache(maxsize=1)(frame_of)


WIRE: Final = "netboard.wire"
"""The ASGI extension by which an application may write without waiting: see `client.Wire`."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.config.ws_per_message_deflate:
            self.conn.available_extensions = [
                ServerPerMessageDeflateFactory(
                    server_no_context_takeover=True,
                    server_max_window_bits=WINDOW,
                    client_max_window_bits=WINDOW,
                    compress_settings={"memLevel": 5},
                )
            ]

    def handle_connect(self, event: Any) -> None:
        """As uvicorn's; the application is given the wire as well."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[WIRE] = self

    def ready(self) -> bool:
        """Whether a text can be written now: the client has taken what it got before."""
        return self.writable.is_set() and not self.disconnected and self._open()

    def write(self, text: str) -> None:
        """Write a text frame, made once for all who get the same."""
        made = _small if len(text) <= LARGEST else _large
        self.transport.write(made(text, bool(self.conn.extensions)))

    async def send(self, message: Any) -> None:
        """As uvicorn's, but a text's frame is shared. Waits while the client does not read."""
        text = message.get("text") if message["type"] == "websocket.send" else None
        if text is None or not self._open():
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected or not self._open():
            raise ClientDisconnected
        self.write(text)

    def _open(self) -> bool:
        return (
            self.handshake_complete
            and not self.close_sent
            and self.initial_response is None
            and self.conn.state is State.OPEN
        )

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application has ended: what is still unsent shortly after is dropped with the connection.

        Closing alone waits until everything written was taken; by a client that never reads it never is.
        """
        super().on_task_complete(task)
        self.loop.call_later(LAST_WORDS, self._drop)

    def _drop(self) -> None:
        if self.transport is not None and not self.disconnected and self.transport.get_write_buffer_size():
            self.transport.abort()
