"""A browser's graph: snapshot plus deltas equals what the log holds, also after breaks."""

import json
from typing import Any

from netboard.adapters.bus.reader import RedisLogReader
from netboard.adapters.bus.writer import RedisLogWriter
from tests.live.conftest import Board, Socket
from tests.support.graphs import change, container, edge, host_graph, node, now, status
from tests.support.valkey import Valkey


def same_as_kept(socket: Socket, valkey: Valkey, *hosts: str) -> bool:
    reader = RedisLogReader(valkey.url)
    try:
        nodes: dict[str, Any] = {}
        edges: dict[str, Any] = {}
        for host in hosts:
            found = reader.graph(host)
            assert found is not None
            nodes.update(found[1].nodes)
            edges.update(found[1].edges)
    finally:
        reader.close()
    return socket.nodes == nodes and socket.edges == edges


async def test_first_a_snapshot_then_deltas(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    graph = host_graph("h1", 3)
    position = writer.begin(graph, status("h1"))
    socket = await board.open()
    await socket.hello()
    first = await socket.next()
    assert (first["type"], first["detail"]) == ("snapshot", "full")
    assert first["cursor"]["h1"] == position
    assert same_as_kept(socket, valkey, "h1")

    made, edges = container("h1", "new")
    writer.append(change([made], edges), now())
    delta = await socket.next()
    assert (delta["type"], delta["host"], delta["base"], delta["seq"]) == ("delta", "h1", 0, 1)
    assert delta["upsert"] == {"nodes": [made], "edges": edges}
    writer.append(change(removed_nodes=["h1.c.c0"], removed_edges=["h1.c.c0.in", "h1.c.c0.e.net0"]), now())
    await socket.until(lambda: socket.cursor["h1"]["seq"] == 2)
    assert same_as_kept(socket, valkey, "h1")


async def test_what_waits_is_merged(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 1), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.next()
    for number in range(120):
        writer.append(change([node("h1.c.c0", state="down" if number % 2 else "up")]), now())
    await socket.until(lambda: socket.cursor["h1"]["seq"] == 120)
    assert len(socket.frames) < 100
    assert same_as_kept(socket, valkey, "h1")


async def test_who_comes_back_gets_what_was_missed(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.next()
    for number in range(5):
        writer.append(change([node(f"h1.c.later{number}")]), now())
    again = await board.open()
    await again.hello(resume=socket.cursor)
    again.nodes, again.edges, again.cursor = (
        dict(socket.nodes),
        dict(socket.edges),
        json.loads(json.dumps(socket.cursor)),
    )
    await again.until(lambda: again.cursor["h1"]["seq"] == 5)
    assert [frame["type"] for frame in again.frames] == ["delta"]
    assert same_as_kept(again, valkey, "h1")


async def test_who_was_away_too_long_gets_a_snapshot(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    """The log keeps 50 entries here."""
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.next()
    cursor = json.loads(json.dumps(socket.cursor))
    for number in range(60):
        writer.append(change([node(f"h1.c.later{number % 7}", slot=number)]), now())
    for resume in (
        cursor,
        {"h1": {"epoch": "1", "seq": 3}},
        {**cursor, "h1": {"epoch": cursor["h1"]["epoch"], "seq": 999}},
        {},
    ):
        again = await board.open()
        await again.hello(resume=resume)
        assert (await again.next())["type"] == "snapshot"
        await again.stands_at("h1", 60)
        assert same_as_kept(again, valkey, "h1")


async def test_a_host_that_begins_anew_or_comes_or_goes_is_told_by_a_snapshot(
    board: Board, valkey: Valkey, writer: RedisLogWriter
) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.next()
    writer.begin(host_graph("h1", 4), status("h1"))
    await socket.until(lambda: "h1.c.c3" in socket.nodes)
    second = RedisLogWriter(valkey.url, "h2")
    second.begin(host_graph("h2", 1), status("h2"))
    await socket.until(lambda: "h2" in socket.nodes)
    assert same_as_kept(socket, valkey, "h1", "h2")
    second.append(change([node("h2.c.x")]), now())
    await socket.until(lambda: "h2.c.x" in socket.nodes)
    second.close()
    reader = RedisLogReader(valkey.url)
    reader.forget("h2")
    reader.close()
    await socket.until(lambda: "h2" not in socket.nodes)
    assert same_as_kept(socket, valkey, "h1")


async def test_what_spans_hosts_belongs_to_the_fleet(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    """h1.c.c0 ── fleet.w.over ── h2.c.c0"""
    overlay = node("fleet.w.over", "network", driver="overlay")
    overlay["parent"] = None

    def joined(host: str) -> list[Any]:
        return [edge(f"{host}.c.c0.e.over", "endpoint", f"{host}.c.c0", "fleet.w.over")]

    second = RedisLogWriter(valkey.url, "h2")
    writer.begin(host_graph("h1", 1), status("h1"))
    second.begin(host_graph("h2", 1), status("h2"))
    socket = await board.open()
    await socket.hello()
    await socket.until(lambda: "h2" in socket.nodes)
    writer.append(change([overlay], joined("h1")), now())
    await socket.until(lambda: "fleet.w.over" in socket.nodes)
    assert socket.frames[-1]["host"] == "fleet"
    second.append(change([overlay], joined("h2")), now())
    await socket.until(lambda: "h2.c.c0.e.over" in socket.edges)
    cursor = json.loads(json.dumps(socket.cursor))

    writer.append(change(removed_nodes=["fleet.w.over"], removed_edges=["h1.c.c0.e.over"]), now())
    await socket.until(lambda: "h1.c.c0.e.over" not in socket.edges)
    assert "fleet.w.over" in socket.nodes, "h2 still has a part in it"
    second.append(change(removed_nodes=["fleet.w.over"], removed_edges=["h2.c.c0.e.over"]), now())
    await socket.until(lambda: "fleet.w.over" not in socket.nodes)

    again = await board.open()
    await again.hello(resume=cursor)
    again.cursor = json.loads(json.dumps(cursor))
    await again.until(lambda: again.cursor == socket.cursor)
    gone = {each for frame in again.frames if frame["host"] == "fleet" for each in frame["remove"]["nodes"]}
    assert gone == {"fleet.w.over"}
    second.close()
