"""A board's socket in this process on a real Valkey: `board` opens sockets, `writer` is the observer of host h1."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from netboard.accounts.models import User
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.config.asgi import application
from netboard.live import process
from netboard.wiring.settings import Settings
from tests.support.valkey import Valkey

ORIGIN = "http://board.test"
PATIENCE = 60.0
"""Seconds after which a frame that does not come is a failure."""


_communicator: Any = ApplicationCommunicator
"""asgiref's class is not typed."""


class Socket:
    """One browser: its frames, and the graph that follows from them."""

    def __init__(self, communicator: Any) -> None:
        self.communicator = communicator
        self.frames: list[dict[str, Any]] = []
        self.nodes: dict[str, Any] = {}
        self.edges: dict[str, Any] = {}
        self.cursor: dict[str, Any] = {}
        self.detail = ""

    async def say(self, **frame: Any) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": json.dumps(frame)})

    async def hello(self, hosts: list[str] | None = None, detail: str = "full", **more: Any) -> None:
        scope = {"hosts": ["*"] if hosts is None else hosts, "detail": detail, **more.pop("scope", {})}
        await self.say(type="hello", scope=scope, **more)

    async def next(self) -> dict[str, Any]:
        """The next frame but pings, applied as a browser would."""
        while True:
            message = await self.communicator.receive_output(timeout=PATIENCE)
            assert message["type"] == "websocket.send", message
            frame: dict[str, Any] = json.loads(message["text"])
            if frame["type"] == "ping":
                continue
            self.frames.append(frame)
            self._apply(frame)
            return frame

    async def until(self, condition: Callable[[], Any]) -> dict[str, Any]:
        """Read frames until the condition holds; the last one read."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.next()
        return self.frames[-1]

    async def stands_at(self, host: str, seq: int) -> None:
        """Read frames until the cursor says so."""
        await self.until(lambda: self.cursor[host]["seq"] == seq)

    async def knows(self, node: str) -> None:
        """Read frames until this node is there."""
        await self.until(lambda: node in self.nodes)

    async def heard(self, kind: str, *sources: str) -> None:
        """Read frames until each of these sources was told of with this type."""
        await self.until(lambda: set(sources) <= {f["source"] for f in self.frames if f["type"] == kind})

    async def kind(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of this type with these fields."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.next()
                if frame["type"] == kind and all(frame.get(key) == value for key, value in fields.items()):
                    return frame

    async def closed(self) -> int:
        """The code with which it is closed; frames before it are read."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.communicator.receive_output(timeout=PATIENCE)
                if message["type"] == "websocket.close":
                    return int(message["code"])
                self.frames.append(json.loads(message["text"]))

    def _apply(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.nodes = {node["id"]: node for node in frame["nodes"]}
            self.edges = {edge["id"]: edge for edge in frame["edges"]}
            self.cursor, self.detail = frame["cursor"], frame["detail"]
        elif frame["type"] == "delta":
            here = self.cursor[frame["host"]]
            assert here == {"epoch": frame["epoch"], "seq": frame["base"]}, f"a gap: at {here}, got {frame}"
            for object_id in frame["remove"]["nodes"]:
                self.nodes.pop(object_id, None)
            for object_id in frame["remove"]["edges"]:
                self.edges.pop(object_id, None)
            self.nodes.update({node["id"]: node for node in frame["upsert"]["nodes"]})
            self.edges.update({edge["id"]: edge for edge in frame["upsert"]["edges"]})
            self.cursor[frame["host"]] = {"epoch": frame["epoch"], "seq": frame["seq"]}


def sign_in(user: User) -> str:
    """The key of a session of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key


class Board:
    """Opens sockets at the whole ASGI application."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def connect(self, headers: list[tuple[bytes, bytes]]) -> tuple[bool, Socket]:
        scope = {
            "type": "websocket",
            "path": "/ws/topology",
            "headers": headers,
            "query_string": b"",
            "subprotocols": [],
        }
        communicator = _communicator(application, scope)
        await communicator.send_input({"type": "websocket.connect"})
        answer = await communicator.receive_output(timeout=PATIENCE)
        self._stack.push_async_callback(self._leave, communicator)
        return answer["type"] == "websocket.accept", Socket(communicator)

    async def _leave(self, communicator: Any) -> None:
        await communicator.send_input({"type": "websocket.disconnect", "code": 1001})
        await communicator.wait(timeout=PATIENCE)

    async def open(self, user: User | None = None, name: str = "ada") -> Socket:
        """A signed-in browser; without `user` a viewer called `name`, who sees all hosts."""
        if user is None:
            user, _ = await sync_to_async(User.objects.get_or_create)(username=name, defaults={"role": "viewer"})
        key = await sync_to_async(sign_in)(user)
        headers = [(b"origin", ORIGIN.encode()), (b"cookie", f"netboard_session={key}".encode())]
        accepted, socket = await self.connect(headers)
        assert accepted
        return socket


def board_settings(url: str, **changes: Any) -> override_settings:
    """Django with its bus at this address."""
    ours = Settings(redis_url=url, **{"stale_after": 3.0, **changes})
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": url, "socket_timeout": 5}], "prefix": "netboard:channels"},
    }
    return override_settings(NETBOARD=ours, NETBOARD_ORIGINS=frozenset([ORIGIN]), CHANNEL_LAYERS={"default": layer})


@pytest.fixture
async def board(transactional_db: None, request: pytest.FixtureRequest) -> AsyncIterator[Board]:
    """On the worker's own Valkey, or on `mortal_valkey` if the test wants that; settings as indirect parameter."""
    mortal = "mortal_valkey" in request.fixturenames
    server: Valkey = request.getfixturevalue("mortal_valkey" if mortal else "valkey")
    with board_settings(server.url, **getattr(request, "param", {})):
        async with AsyncExitStack() as stack:
            yield Board(stack)
        await process.close()
        from channels.layers import channel_layers, get_channel_layer

        layer = get_channel_layer()
        if layer is not None:
            await layer.flush()
        channel_layers.backends.clear()


@pytest.fixture
def writer(request: pytest.FixtureRequest) -> Iterator[RedisLogWriter]:
    """The observer of host h1."""
    mortal = "mortal_valkey" in request.fixturenames
    server: Valkey = request.getfixturevalue("mortal_valkey" if mortal else "valkey")
    made = RedisLogWriter(server.url, "h1", log_length=50)
    yield made
    made.close()
