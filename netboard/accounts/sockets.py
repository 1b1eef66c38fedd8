"""Who speaks over a WebSocket: the session cookie, or a Bearer token in the handshake."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings

from netboard.accounts.identity import Credential, bearer, identify_async


def credential_of(scope: dict[str, Any]) -> Credential | None:
    """The credential in a handshake's headers. A Bearer header counts alone: no fall-back to the cookie."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
    if b"authorization" in headers:
        return bearer(headers[b"authorization"])
    try:
        cookies = SimpleCookie(headers.get(b"cookie", ""))
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return Credential(session=morsel.value) if morsel else None


class IdentifySocket:
    """ASGI middleware: sets `scope["credential"]` (or None) and `scope["identity"]` (or None: not signed in).

    Consumers keep the credential and ask `identify_async(credential)` again, at `rights.changed` and every few seconds;
    None means close with 4401, an identity that differs from the first one means 4403.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        credential = credential_of(scope)
        identity = await identify_async(credential)
        return await self.inner({**scope, "credential": credential, "identity": identity}, receive, send)


async def nowhere(_scope: Any, receive: Any, send: Any) -> None:
    """A WebSocket at an address that does not exist: refused before it opens."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})
