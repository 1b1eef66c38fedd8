"""Which pages may open a WebSocket: the board's own. Checked before anything else is done for the handshake."""

from typing import Any

from django.conf import settings


def may_open(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether this handshake comes from the board's own page, or from a program with a Bearer token.

    Browsers always send Origin with a handshake and never Authorization; a cookie is sent for foreign pages, too.
    """
    named = {name.lower(): value for name, value in headers}
    origin = named.get(b"origin")
    if origin is None:
        return named.get(b"authorization", b"")[:7].lower() == b"bearer "
    return origin.decode("latin-1") in settings.NETBOARD_ORIGINS


class OriginCheck:
    """ASGI middleware: answers HTTP 403 to a handshake that may not be."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if may_open(scope.get("headers", [])):
            return await self.inner(scope, receive, send)
        await receive()
        # Closing before accepting is what the server answers with HTTP 403.
        return await send({"type": "websocket.close", "code": 4403})
