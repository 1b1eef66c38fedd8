"""`/ws/topology`: one browser's socket. Reads what it wants to see, writes frames as fast as it takes them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Literal

import msgspec
from django.conf import settings

from netboard.accounts.identity import Identity
from netboard.core.ids import is_host
from netboard.core.wire import Cursor, Position
from netboard.live import frames, process
from netboard.live.audience import View
from netboard.live.client import Client
from netboard.live.server import WIRE

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

GREETING: Final = 30.0
"""Seconds in which a client must have said what it wants to see."""
PING_EVERY: Final = 15.0
PATIENCE: Final = 8.0
"""Seconds that one frame may wait for a client that does not read."""
LARGEST: Final = 512 * 1024
"""Bytes of a client's frame."""
WATCHED_AT_ONCE: Final = 64
"""Hosts whose traffic one client may watch."""

NOT_SIGNED_IN, NOT_ALLOWED, PROTOCOL, TOO_LARGE, SLOW = 4401, 4403, 4409, 1009, 1008


class _Position(msgspec.Struct):
    epoch: str
    seq: int


class _Scope(msgspec.Struct):
    hosts: list[str]
    detail: Literal["fleet", "full"] = "full"
    whole: list[str] = []


class _Hello(msgspec.Struct, tag_field="type", tag="hello"):
    scope: _Scope
    resume: dict[str, _Position] | None = None


class _Watch(msgspec.Struct, tag_field="type", tag="watch"):
    traffic: list[str]


_decoder: Final[msgspec.json.Decoder[_Hello | _Watch]] = msgspec.json.Decoder(_Hello | _Watch)


class Closing(Exception):
    """The conversation ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def said(message: dict[str, Any]) -> _Hello | _Watch:
    """What a client says. Raises `Closing` for what makes no sense."""
    text = message.get("text")
    if len(text or message.get("bytes") or "") > LARGEST:
        raise Closing(TOO_LARGE)
    if text is None:
        raise Closing(PROTOCOL)
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise Closing(PROTOCOL) from error


def wanted(hello: _Hello, identity: Identity) -> tuple[View, Cursor | None]:
    """What a client wants to see, and where it stood. Raises `Closing` for one that asks too much."""
    named = frozenset(hello.scope.hosts)
    if any(host != "*" and not identity.visible.sees(host) for host in (*named, *hello.scope.whole)):
        raise Closing(NOT_ALLOWED)
    hosts = None if "*" in named else named
    resume: Cursor | None = None
    if hello.resume is not None:
        resume = {host: Position(epoch=each.epoch, seq=each.seq) for host, each in hello.resume.items()}
    return View(identity.visible.hosts, hosts, hello.scope.detail, frozenset(hello.scope.whole)), resume


def watched(watch: _Watch, identity: Identity) -> frozenset[str]:
    """The hosts whose traffic a client wants. Raises `Closing` for one that asks too much."""
    hosts = frozenset(watch.traffic)
    if len(hosts) > WATCHED_AT_ONCE or not all(is_host(host) for host in hosts):
        raise Closing(PROTOCOL)
    if not all(identity.visible.sees(host) for host in hosts):
        raise Closing(NOT_ALLOWED)
    return hosts


class TopologySocket:
    """ASGI application for one connection; `scope` was told by `accounts.sockets` who speaks."""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        identity: Identity | None = scope.get("identity")
        if identity is None:
            await send({"type": "websocket.close", "code": NOT_SIGNED_IN})
            return
        hub, rights = process.hub(), process.rights()
        client = hub.join()
        client.wire = scope.get("extensions", {}).get(WIRE)
        rights.enter(identity.user.pk)
        try:
            code = await _first(
                self._read(client, identity, receive),
                self._write(client, send),
                rights.lost(scope["credential"], identity),
            )
        finally:
            rights.leave(identity.user.pk)
            process.traffic().leave(client)
            hub.leave(client)
        if code:
            # A client that does not read cannot be told either; the server then drops the connection.
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await send({"type": "websocket.close", "code": code})

    async def _read(self, client: Client, identity: Identity, receive: Receive) -> int:
        """Until the client leaves (0) or breaks the rules (a code)."""
        try:
            async with asyncio.timeout(GREETING) as greeting:
                while True:
                    message = await receive()
                    if message["type"] == "websocket.disconnect":
                        return 0
                    told = said(message)
                    if isinstance(told, _Hello):
                        process.hub().look(client, *wanted(told, identity))
                        greeting.reschedule(None)
                    elif client.audience is None:
                        return PROTOCOL
                    else:
                        process.traffic().watch(client, watched(told, identity))
        except Closing as closing:
            return closing.code
        except TimeoutError:
            return PROTOCOL

    async def _write(self, client: Client, send: Send) -> int:
        """Until a frame is not taken in time."""
        pause = 1 / settings.NETBOARD.frames_per_second
        ping_at = time.monotonic() + PING_EVERY
        while True:
            client.wake.clear()
            now = time.monotonic()
            text = client.message()
            if text is None and now >= ping_at:
                text, ping_at = frames.PING, now + PING_EVERY
            if text is None and now >= client.next_frame:
                text = client.frame(now)
                if text is not None:
                    client.next_frame = now + pause
            if text is not None:
                try:
                    async with asyncio.timeout(PATIENCE):
                        await send({"type": "websocket.send", "text": text})
                except TimeoutError:
                    return SLOW
            elif now < client.next_frame and client.held:
                await asyncio.sleep(client.next_frame - now)
            else:
                due = client.due(now)
                client.resting = True
                try:
                    await _woken(client.wake, min(ping_at - now, due) if due else ping_at - now)
                finally:
                    client.resting = False


async def _woken(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(0.001, seconds)):
            await wake.wait()
    except TimeoutError:
        pass


async def _first(*coroutines: Awaitable[int]) -> int:
    """What the first one to end answers; the others are stopped."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
