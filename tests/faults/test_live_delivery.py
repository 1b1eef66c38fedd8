"""Faults 12, 13 and 15: a flood of events, a client that never reads, and the web process killed under its browsers."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import Iterator

import pytest

from netboard.adapters.bus.writer import RedisLogWriter
from tests.faults.live import browsers, held, kill, memory, token, until
from tests.support.graphs import change, host_graph, node, now, status
from tests.support.stage import Stage, stage

__all__ = ["stage"]
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def ada(stage: Stage) -> str:
    return token(stage)


@pytest.fixture
def writer(stage: Stage) -> Iterator[RedisLogWriter]:
    made = RedisLogWriter(stage.valkey.url, "flood")
    made.begin(host_graph("flood", 200), status("flood"))
    yield made
    made.close()
    reader = stage.reader()
    reader.forget("flood")
    reader.close()


async def flood(writer: RedisLogWriter, seconds: float) -> int:
    """1,000 changes a second, gathered into 50 deltas as an observer does."""
    deltas = int(seconds * 50)
    begun = time.monotonic()
    for number in range(deltas):
        nodes = [
            node(f"flood.c.c{(number * 20 + each) % 200}", state="down" if number % 3 else "up", sent=time.time())
            for each in range(20)
        ]
        await asyncio.to_thread(writer.append, change(nodes), now())
        await asyncio.sleep(max(0.0, begun + (number + 1) / 50 - time.monotonic()))
    return deltas


async def _survives_flood(stage: Stage, ada: str, writer: RedisLogWriter, seconds: float) -> list[float]:
    begun = time.monotonic()
    async with browsers(stage, ada, 3) as clients:
        await until(lambda: all("flood" in each.nodes for each in clients), "the host is there")
        deltas = await flood(writer, seconds)
        await until(lambda: all(each.cursor["flood"]["seq"] == deltas for each in clients), "all stand at the end")
        elapsed = time.monotonic() - begun
        reader = stage.reader()
        found = reader.graph("flood")
        reader.close()
        assert found is not None
        for each in clients:
            assert {key: value for key, value in each.nodes.items() if value["host"] == "flood"} == found[1].nodes
            assert each.connections == 1
            assert sum(kind in ("snapshot", "delta") for kind in each.kinds) <= 20 * elapsed + 20
        return sorted(delay for each in clients for delay in each.delays)


async def test_a_flood_of_events_is_merged(stage: Stage, ada: str, writer: RedisLogWriter) -> None:
    await _survives_flood(stage, ada, writer, 4)


@pytest.mark.soak
async def test_a_minute_of_flood_lags_less_than_two_seconds(stage: Stage, ada: str, writer: RedisLogWriter) -> None:
    delays = await _survives_flood(stage, ada, writer, 60)
    p95 = delays[int(len(delays) * 0.95)]
    print(f"lag p50 {delays[len(delays) // 2] * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    assert p95 < 2


def _never_reads(stage: Stage, ada: str) -> socket.socket:
    """A client that says hello and then only sits there."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", stage.port))
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET /ws/topology HTTP/1.1\r\nHost: 127.0.0.1:{stage.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {ada}\r\n\r\n".encode()
    )
    assert b"101" in client.recv(64)
    text = json.dumps({"type": "hello", "scope": {"hosts": ["*"], "detail": "full"}}).encode()
    mask = os.urandom(4)
    client.sendall(bytes([0x81, 0x80 | len(text)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
    return client


async def test_a_client_that_never_reads_is_dropped(stage: Stage, ada: str, writer: RedisLogWriter) -> None:
    """200 MB are offered to it: each delta has 1 MB that does not compress."""

    async def push(times: int) -> None:
        for number in range(times):
            big = [node(f"flood.c.c{each}", noise=os.urandom(50_000).hex()) for each in range(10)]
            await asyncio.to_thread(writer.append, change([*big, node("flood.c.mark", slot=number)]), now())
            await asyncio.sleep(0.06)

    async with browsers(stage, ada, 1) as (other,):
        await until(lambda: "flood" in other.nodes, "the host is there")
        await push(40)
        before = memory(stage)
        client = _never_reads(stage, ada)
        port = client.getsockname()[1]
        most = 0
        assert held(stage, port)
        for _ in range(300):
            await push(5)
            most = max(most, memory(stage))
            if not held(stage, port):
                break
        assert not held(stage, port), "the connection is still there"
        client.close()
        assert most - before <= 5_000_000 + 3_000_000, "5 MB for it; 3 MB by which the rest varies"
        found = writer.append(change(), now())
        assert found is not None
        await until(lambda: other.cursor["flood"]["seq"] == found["seq"], "the other one has everything")
        assert other.connections == 1


async def test_the_web_process_is_killed_under_two_hundred_browsers(
    stage: Stage, ada: str, writer: RedisLogWriter
) -> None:
    async with browsers(stage, ada, 200) as clients:
        await until(lambda: all("flood" in each.nodes for each in clients), "the host is there")
        kill(stage)
        writer.append(change([node("flood.c.meanwhile")]), now())
        begun = time.monotonic()
        await asyncio.to_thread(stage.serve)
        await until(lambda: all("flood.c.meanwhile" in each.nodes for each in clients), "all are back and know")
        print(f"all back after {time.monotonic() - begun:.1f} s")
        assert all(each.connections >= 2 for each in clients)
