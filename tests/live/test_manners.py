"""Who may open a socket, what it may say, and what it is told of silence."""

import json

import pytest
from asgiref.sync import sync_to_async

from netboard.accounts.announce import rights_changed
from netboard.accounts.audit import COMMAND
from netboard.accounts.models import Role, Team, User
from netboard.accounts.services import make_token
from netboard.adapters.bus.writer import RedisLogWriter
from tests.live.conftest import ORIGIN, Board
from tests.support.graphs import host_graph, status
from tests.support.valkey import Valkey


@pytest.mark.parametrize(
    "origin", [None, "https://board.test", "http://board.test.evil.example", "http://evil.example", "null", ""]
)
async def test_a_foreign_page_is_refused_before_the_socket_opens(board: Board, origin: str | None) -> None:
    user = await sync_to_async(User.objects.create_user)("vera")
    headers = [(b"cookie", b"netboard_session=whatever")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    accepted, _ = await board.connect(headers)
    assert not accepted
    _, token = await sync_to_async(make_token)(COMMAND, user, "t")
    accepted, _ = await board.connect([(b"authorization", f"Bearer {token}".encode())])
    assert accepted


async def test_who_is_not_signed_in_is_told_nothing(board: Board) -> None:
    for headers in ([(b"origin", ORIGIN.encode())], [(b"authorization", b"Bearer wrong")]):
        accepted, socket = await board.connect(headers)
        assert accepted
        assert await socket.closed() == 4401
        assert socket.frames == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4409),
        ('{"type":"bye"}', 4409),
        ('{"type":"hello"}', 4409),
        ('{"type":"hello","scope":{"hosts":"*","detail":"full"}}', 4409),
        ('{"type":"hello","scope":{"hosts":["*"],"detail":"everything"}}', 4409),
        ('{"type":"hello","scope":{"hosts":["*"]},"resume":[1]}', 4409),
        ("[" * 100_000, 4409),
        ('"\ud800"', 4409),
        (json.dumps({"type": "hello", "padding": "x" * 1_000_000}), 1009),
    ],
    ids=[
        "no JSON",
        "unknown type",
        "no scope",
        "hosts no list",
        "no such detail",
        "bad cursor",
        "deep",
        "surrogate",
        "1 MB",
    ],
)
async def test_nonsense_closes_with_its_code(board: Board, frame: str, code: int) -> None:
    socket = await board.open()
    await socket.communicator.send_input({"type": "websocket.receive", "text": frame})
    assert await socket.closed() == code


async def test_a_team_sees_its_hosts_only(board: Board, valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    second = RedisLogWriter(valkey.url, "h2")
    second.begin(host_graph("h2"), status("h2"))

    def tim() -> User:
        user = User.objects.create_user("tim")
        user.teams.add(Team.objects.create(name="first", hosts=["h1"]))
        return user

    socket = await board.open(await sync_to_async(tim)())
    await socket.hello()
    await socket.kind("snapshot")
    assert {node["host"] for node in socket.nodes.values()} == {"h1"}
    await socket.hello(["h2"])
    assert await socket.closed() == 4403
    assert not any("h2" in json.dumps(frame) for frame in socket.frames)
    second.close()


async def test_lost_rights_close_the_socket(board: Board, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    names = ("disabled", "demoted", "silently")
    people = [await sync_to_async(User.objects.create_user)(name, None, Role.OPERATOR) for name in names]
    sockets = [await board.open(person) for person in people]
    for socket in sockets:
        await socket.hello()
        await socket.kind("snapshot")

    def change() -> None:
        User.objects.filter(username="disabled").update(is_active=False)
        User.objects.filter(username="demoted").update(role=Role.VIEWER)
        User.objects.filter(username="silently").update(is_active=False)
        for person in people[:2]:
            rights_changed(person.pk)

    await sync_to_async(change)()
    assert [await socket.closed() for socket in sockets] == [4401, 4403, 4401]


@pytest.mark.parametrize("board", [{"full_limit": 5}], indirect=True, ids=["at most 5 nodes"])
async def test_above_the_limit_aggregates_and_whole_hosts_where_one_looks(
    board: Board, valkey: Valkey, writer: RedisLogWriter
) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    second = RedisLogWriter(valkey.url, "h2")
    second.begin(host_graph("h2", 2), status("h2"))
    socket = await board.open()
    await socket.hello()
    first = await socket.kind("snapshot")
    assert first["detail"] == "fleet"
    assert set(socket.nodes) == {"h1", "h1.w.net0", "h2", "h2.w.net0"}
    assert set(socket.edges) == {"h1.w.net0.in", "h2.w.net0.in"}
    await socket.hello(["h2"])
    assert (await socket.kind("snapshot"))["detail"] == "full"
    assert "h2.c.c1" in socket.nodes
    await socket.hello(detail="fleet", scope={"whole": ["h1"]})
    assert (await socket.kind("snapshot"))["detail"] == "fleet"
    assert "h1.c.c1" in socket.nodes
    assert "h2.c.c1" not in socket.nodes
    second.close()


async def test_silence_is_told_to_those_who_look_and_to_newcomers(board: Board, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1"), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.kind("snapshot")
    writer.report(status("h1", engine="stale", code="engine_silent"))
    told = await socket.kind("stale", source="engine")
    assert (told["host"], told["code"]) == ("h1", "engine_silent")
    assert "observer" in {(await socket.kind("stale", source="observer"))["source"]}
    newcomer = await board.open()
    await newcomer.hello()
    await newcomer.heard("stale", "engine", "observer")
    writer.report(status("h1"))
    for each in (socket, newcomer):
        await each.heard("live", "engine", "observer")


async def test_a_bus_that_dies_and_comes_back_empty(
    board: Board, mortal_valkey: Valkey, writer: RedisLogWriter
) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.kind("snapshot")
    mortal_valkey.kill()
    await socket.kind("notice", code="bus_silent")
    late = await board.open()
    await late.hello()
    await late.kind("notice", code="bus_silent")
    mortal_valkey.start()
    await socket.kind("notice", code="bus_live")
    writer.begin(host_graph("h1", 4), status("h1"))
    for each in (socket, late):
        await each.knows("h1.c.c3")


async def test_a_bus_that_only_stops_for_a_while(board: Board, mortal_valkey: Valkey, writer: RedisLogWriter) -> None:
    writer.begin(host_graph("h1", 2), status("h1"))
    socket = await board.open()
    await socket.hello()
    await socket.kind("snapshot")
    mortal_valkey.stop()
    await socket.kind("notice", code="bus_silent")
    mortal_valkey.go_on()
    await socket.kind("notice", code="bus_live")
    assert not any(frame["type"] == "stale" for frame in socket.frames)
