"""Fault 14: a browser that was away or missed a frame says where it stands, and goes on from there."""

import json

from netboard.adapters.bus.writer import RedisLogWriter
from tests.live.conftest import Board
from tests.support.graphs import change, host_graph, node, now, status


async def test_a_gap_is_closed_by_a_second_hello(board: Board, writer: RedisLogWriter) -> None:
    """The browser drops a delta, repeats one, and sees the next before its time: each time it only says its cursor."""
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.kind("snapshot")
    for number in range(6):
        before = json.loads(json.dumps([socket.cursor, socket.nodes]))
        writer.append(change([node(f"h1.c.x{number}")]), now())
        await socket.kind("delta")
        # What came is forgotten, as if it had been lost on the way.
        socket.cursor, socket.nodes = before
        await socket.hello(resume=socket.cursor)
        await socket.kind("delta")
        assert f"h1.c.x{number}" in socket.nodes
    assert [frame["type"] for frame in socket.frames].count("snapshot") == 1


async def test_a_cursor_from_nowhere_gets_a_snapshot(board: Board, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    cursor = (await socket.kind("snapshot"))["cursor"]
    for wrong in ({"h1": {"epoch": cursor["h1"]["epoch"], "seq": 7}}, {"h9": cursor["h1"]}, {"fleet": cursor["fleet"]}):
        await socket.hello(resume={**cursor, **wrong} if "fleet" not in wrong else wrong)
        await socket.kind("snapshot")
