"""Operations as they go: told to everybody who sees the host, and to nobody else.

[operations.telling] ──Channels──► [web process] ──► browsers of ada (all hosts) and vera (h2 only)
"""

import asyncio
from typing import Any

from asgiref.sync import sync_to_async

from netboard.accounts.models import Team, User
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.live import process
from netboard.operations import telling
from netboard.operations.models import Operation
from tests.live.conftest import PATIENCE, Board, Socket
from tests.support.graphs import host_graph, status
from tests.support.valkey import Valkey


def operation(id: str, host: str = "h1", state: str = "running") -> Operation:
    step: dict[str, Any] = {"name": "create", "state": "done", "detail": [], "at": "2026-01-01T00:00:00.000Z"}
    return Operation(pk=id, kind="network.create", host=host, subject="web<b>", state=state, steps=[step])


async def told_until(socket: Socket, told: Operation) -> None:
    """Tell it again and again until this browser has heard it: what is told while the bus is away is missed."""
    heard = asyncio.create_task(socket.kind("operation", id=told.pk))
    async with asyncio.timeout(PATIENCE):
        while not heard.done():
            telling.progressed(told)
            await asyncio.wait({heard}, timeout=0.3)
    await heard


async def test_progress_goes_to_those_who_see_the_host(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    second = RedisLogWriter(valkey.url, "h2")
    second.begin(host_graph("h2", 1), status("h2"))
    second.close()
    team = await sync_to_async(Team.objects.create)(name="two", hosts=["h2"])
    vera = await sync_to_async(User.objects.create_user)("vera")
    await sync_to_async(vera.teams.add)(team)
    everything, some = await board.open(), await board.open(vera)
    for socket in (everything, some):
        await socket.hello()
        await socket.next()
    async with asyncio.timeout(PATIENCE):
        await process.progress().listening.wait()

    telling.progressed(operation("first"))
    frame = await everything.kind("operation", id="first")
    assert frame == {
        "type": "operation",
        "id": "first",
        "host": "h1",
        "kind": "network.create",
        "subject": "web<b>",
        "state": "running",
        "steps": [{"name": "create", "state": "done", "detail": [], "at": "2026-01-01T00:00:00.000Z"}],
        "error": None,
    }
    telling.progressed(operation("second", host="h2"))
    await some.kind("operation", id="second")
    assert [frame["id"] for frame in some.frames if frame["type"] == "operation"] == ["second"]


async def test_progress_is_told_again_after_the_bus_was_away(
    board: Board, mortal_valkey: Valkey, writer: RedisLogWriter
) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.next()
    await told_until(socket, operation("before"))
    mortal_valkey.kill()
    mortal_valkey.start()
    await told_until(socket, operation("after"))
