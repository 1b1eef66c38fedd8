"""One delta to 500 browsers, by the hub and by `group_send`: `python -m benchmarks.fanout [CLIENTS] [ROUNDS]`.

Both in one run, with one web server each (uvicorn, real sockets, Valkey), clients in a process of their own.
Budget: the hub's p99 is at most a third of `group_send`'s. Delays count from just before the delta is written.
"""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from channels_redis.pubsub import RedisPubSubChannelLayer

from netboard.adapters.bus.feed import RedisLogFeed
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.live.audience import View
from netboard.live.frames import encode
from netboard.live.hub import Hub
from netboard.live.server import WIRE, BoundedWebSocket
from tests.support.graphs import change, host_graph, node, now, status
from tests.support.valkey import Valkey

Send = Callable[[dict[str, Any]], Awaitable[None]]


def hub_application(url: str) -> Any:
    """The hub with sockets that write its frames, as `netboard.live.consumers` does, without people."""
    hub: Hub | None = None

    async def application(scope: Any, receive: Any, send: Send) -> None:
        nonlocal hub
        hub = hub or Hub(lambda: RedisLogFeed(url), stale_after=3600, full_limit=20000, frames_per_second=20)
        await receive()
        await send({"type": "websocket.accept"})
        client = hub.join()
        client.wire = scope["extensions"].get(WIRE)
        hub.look(client, View(None, None, "full"))
        try:
            while True:
                client.wake.clear()
                text = client.message() or client.frame(time.monotonic())
                if text is not None:
                    await send({"type": "websocket.send", "text": text})
                else:
                    client.resting = True
                    await client.wake.wait()
                    client.resting = False
        finally:
            hub.leave(client)

    return application


def group_application(url: str) -> Any:
    """The same through Channels: a consumer in one group, whose handler sends what it receives."""
    from django.conf import settings

    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
    hosts = [{"address": url, "socket_timeout": None}]
    settings.configure(CHANNEL_LAYERS={"default": {**layer, "CONFIG": {"hosts": hosts}}})
    from channels.generic.websocket import AsyncWebsocketConsumer

    class Consumer(AsyncWebsocketConsumer):
        groups = ["all"]

        async def connect(self) -> None:
            await self.accept()
            await self.send(text_data='{"type":"snapshot"}')

        async def frame(self, message: dict[str, str]) -> None:
            await self.send(text_data=message["text"])

    return Consumer.as_asgi()


def serve(kind: str, url: str, descriptor: int) -> None:
    """One server on an inherited socket."""
    made = {"hub": hub_application, "group": group_application}[kind](url)
    how: Any = BoundedWebSocket if kind == "hub" else "auto"
    config = uvicorn.Config(made, ws=how, lifespan="off", access_log=False, log_level="error", ws_ping_interval=None)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


class Client(asyncio.Protocol):
    """The cheapest possible browser, so that the server is measured: notes when something with the mark arrives."""

    def __init__(self, port: int, ready: Callable[[], None], arrived: Callable[[float], None]) -> None:
        self._port, self._ready, self._arrived = port, ready, arrived
        self._greeted = False

    def connection_made(self, transport: Any) -> None:
        """Shake hands."""
        transport.write(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if b"h1.c.mark" in data and b"snapshot" not in data:
            self._arrived(time.perf_counter())
        elif not self._greeted and b'"snapshot"' in data:
            self._greeted = True
            self._ready()


async def measure(port: int, clients: int, rounds: int, publish: Callable[[int], Awaitable[None]]) -> list[float]:
    """Milliseconds from before `publish` until each client has the frame, over all rounds but the first two."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[float] = asyncio.Queue()
    ready: asyncio.Queue[None] = asyncio.Queue()
    made = [
        await loop.create_connection(
            lambda: Client(port, lambda: ready.put_nowait(None), arrived.put_nowait), "127.0.0.1", port
        )
        for _ in range(clients)
    ]
    for _ in range(clients):
        await asyncio.wait_for(ready.get(), 300)
    delays: list[float] = []
    for number in range(rounds + 2):
        await asyncio.sleep(0.5)
        begun = time.perf_counter()
        await publish(number)
        times = [await asyncio.wait_for(arrived.get(), 120) for _ in range(clients)]
        if number >= 2:
            delays += [(each - begun) * 1000 for each in times]
    for transport, _ in made:
        transport.abort()
    return sorted(delays)


async def run(kind: str, url: str, clients: int, rounds: int) -> list[float]:
    """One of the two ways."""
    writer = RedisLogWriter(url, "h1")
    writer.begin(host_graph("h1", 40), status("h1"))
    layer: Any = RedisPubSubChannelLayer(hosts=[{"address": url, "socket_timeout": None}])

    async def to_log(number: int) -> None:
        writer.append(change([node("h1.c.mark", slot=number)]), now())

    async def to_group(number: int) -> None:
        text = encode({"type": "delta", "upsert": {"nodes": [node("h1.c.mark", slot=number)]}, "at": now()}).decode()
        await layer.group_send("all", {"type": "frame", "text": text})

    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fanout", "serve", kind, url, str(listener.fileno())],
            pass_fds=[listener.fileno()],
        )
        try:
            port = listener.getsockname()[1]
            return await measure(port, clients, rounds, to_log if kind == "hub" else to_group)
        finally:
            server.kill()
            server.wait()
            writer.close()
            await layer.flush()


async def main(clients: int, rounds: int) -> None:
    """Measure both, and compare."""
    valkey = Valkey().start()
    try:
        found = {kind: await run(kind, valkey.url, clients, rounds) for kind in ("group", "hub")}
    finally:
        valkey.remove()
    p99 = {}
    for kind, delays in found.items():
        p50, p99[kind] = (delays[int(len(delays) * share)] for share in (0.5, 0.99))
        print(f"{kind:6} {clients} clients, {rounds} deltas: p50 {p50:6.1f} ms, p99 {p99[kind]:6.1f} ms")
    ratio = p99["hub"] / p99["group"]
    print(f"ratio  {ratio:.2f}, budget 0.33: {'kept' if ratio <= 1 / 3 else 'MISSED'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        numbers = [int(each) for each in sys.argv[1:]]
        asyncio.run(main(*(numbers + [500, 20][len(numbers) :])))
