"""Who asks for a host's traffic is told of it; while nobody asks, nothing is sampled closely, heard or kept open.

[sampler of h1] ──bus──► [web process] ──► ada, who watches h1; not ben, who only looks; never vera, who sees h2 only
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from netboard.accounts.models import Team, User
from netboard.adapters.bus.traffic import RedisTrafficWriter
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.core.wire import Traffic
from netboard.live import process
from netboard.live.client import Client
from tests.live.conftest import PATIENCE, Board, Socket
from tests.support.graphs import host_graph, status
from tests.support.valkey import Valkey

DEVICE = "h1.d.abcdef.1000.2"


def sample(received: float, host: str = "h1", device: str = DEVICE) -> Traffic:
    """One device received so many bytes a second."""
    rates = {device: [1.0, 0.0, received, 0.0, 0.0, 0.0, 0.0, 0.0]}
    return {"type": "traffic", "host": host, "at": "2026-06-15T08:00:00.000Z", "interval": 1.0, "rates": rates}


async def holds(condition: Callable[[], Any]) -> None:
    """Wait until it does."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


async def told_until(socket: Socket, agent: RedisTrafficWriter, told: Traffic) -> dict[str, Any]:
    """Tell it again and again until this browser has heard it: what is told before it listens is missed."""
    rates = told["rates"]
    heard = asyncio.create_task(socket.until(lambda: any(f.get("rates") == rates for f in socket.frames)))
    while not heard.done():
        agent.tell(told, {})
        await asyncio.wait({heard}, timeout=0.2)
    return await heard


async def test_who_watches_is_told_and_who_leaves_is_not_sampled_for(
    board: Board, valkey: Valkey, writer: RedisLogWriter
) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    agent = RedisTrafficWriter(valkey.url)
    ada, ben = await board.open(), await board.open(name="ben")
    for socket in (ada, ben):
        await socket.hello()
        await socket.kind("snapshot")
    assert agent.watched(["h1"]) == set()
    agent.tell(sample(1.0), {DEVICE: (1, 2, 3, 4, 5, 6, 7, 8)})

    await ada.say(type="watch", traffic=["h1"])
    frame = await ada.kind("traffic")
    assert frame == sample(1.0), "the last sample comes at once"
    await holds(lambda: agent.watched(["h1", "h2"]) == {"h1"})
    assert await told_until(ada, agent, sample(2.0)) == sample(2.0)
    process.hub().tell("h1", ("mark", ""), json.dumps({"type": "mark"}))
    await ben.kind("mark")
    assert not [one for one in ben.frames if one["type"] == "traffic"]

    await ada.say(type="watch", traffic=[])
    await holds(lambda: not process.traffic().watched)
    with valkey.client() as client:
        await holds(lambda: not client.pubsub_channels("netboard:host:*"))
    agent.close()


async def test_what_a_host_may_not_tell_reaches_nobody(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    agent = RedisTrafficWriter(valkey.url)
    ada = await board.open()
    await ada.hello()
    await ada.say(type="watch", traffic=["h1"])
    await told_until(ada, agent, sample(1.0))
    with valkey.client() as client:
        for wrong in (
            b"{",
            b"\xff",
            json.dumps(sample(9.0, host="h2")).encode(),
            json.dumps(sample(9.0, device="h2.d.abcdef.1000.2")).encode(),
            json.dumps({**sample(9.0), "rates": {DEVICE: [9.0]}}).encode(),
        ):
            assert client.publish("netboard:host:h1:traffic", wrong) == 1
    await told_until(ada, agent, sample(2.0))
    assert {tuple(one["rates"][DEVICE])[2] for one in ada.frames if one["type"] == "traffic"} == {1.0, 2.0}
    agent.close()


async def test_nobody_watches_what_they_may_not_see(board: Board, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    team = await sync_to_async(Team.objects.create)(name="two", hosts=["h2"])
    vera = await sync_to_async(User.objects.create_user)("vera")
    await sync_to_async(vera.teams.add)(team)
    socket = await board.open(vera)
    await socket.hello()
    await socket.say(type="watch", traffic=["h2", "h1"])
    assert await socket.closed() == 4403


@pytest.mark.parametrize("hosts", [["h1", "a host"], ["*"], [f"h{number}" for number in range(65)], "h1"])
async def test_a_watch_that_makes_no_sense_ends_the_conversation(board: Board, hosts: Any) -> None:
    socket = await board.open()
    await socket.hello()
    await socket.say(type="watch", traffic=hosts)
    assert await socket.closed() == 4409


async def test_nobody_watches_before_saying_hello(board: Board) -> None:
    socket = await board.open()
    await socket.say(type="watch", traffic=["h1"])
    assert await socket.closed() == 4409


def test_rows_that_wait_for_a_slow_client_are_joined() -> None:
    client = Client({}, 20)
    first = {"type": "sweep", "id": "s", "asked": 1, "results": [{"address": "a", "alive": False}, {"address": "b"}]}
    later = {"type": "sweep", "id": "s", "asked": 2, "results": [{"address": "a", "alive": True}]}
    for frame in (first, later):
        client.gather(("sweep", "s"), frame)
    joined = json.loads(client.message() or "")
    assert joined == {**later, "results": [{"address": "a", "alive": True}, {"address": "b"}]}
    assert client.message() is None
