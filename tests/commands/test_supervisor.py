"""The embedded board: what it prints, what it restarts, and that nothing of it is left however it ends."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from netboard.setup.places import ROOT
from tests.support.board import NO_ENGINE, Board, BoardMaker
from tests.support.wait import wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def board(make_shared_board: BoardMaker) -> Board:
    """One board without an engine."""
    return make_shared_board()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path for a data folder that must not come to be."""
    path = Path("/tmp") / f"nb-no-{os.getpid()}"
    yield path
    assert not (path / "netboard.sqlite3").exists()


def page(board: Board) -> str:
    """The sign-in page; OSError while nobody answers."""
    with urllib.request.urlopen(board.url, timeout=30) as answer:
        return str(answer.read().decode())


def answers(board: Board) -> bool:
    """Whether it serves its sign-in page."""
    try:
        return "password" in page(board)
    except OSError:
        return False


def up(*options: str) -> subprocess.CompletedProcess[str]:
    """Another `up` that is expected to refuse."""
    command = [sys.executable, "manage.py", "up", "--docker", NO_ENGINE, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def family(root: int) -> dict[int, str]:
    """All descendants of a process, with when each started: an id alone may be given anew."""
    parents: dict[int, list[int]] = {}
    born: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
            born[int(entry.name)] = fields[19]
    found: dict[int, str] = {}
    waiting = [root]
    while waiting:
        for child in parents.get(waiting.pop(), ()):
            found[child] = born[child]
            waiting.append(child)
    return found


def alive(processes: dict[int, str]) -> list[int]:
    """Those of these processes that still run."""
    left = []
    for pid, start in processes.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[19] == start and fields[0] != "Z":
            left.append(pid)
    return left


def test_it_announces_itself_and_serves(board: Board) -> None:
    lines = board.out.read_text().splitlines()
    assert lines[0] == f"Board: {board.url}"
    assert lines[1] == "User: admin"
    assert lines[2] == f"Password: {board.password}"
    assert len(board.password) >= 12
    assert "password" in page(board)
    names = {"valkey", "web", "control", "recorder", "observer", "worker", "prober", "monitor"}
    assert names == {name for name in names if board.pid(name)}


def test_its_keys_are_for_its_owner_alone(board: Board) -> None:
    assert board.data.stat().st_mode & 0o777 == 0o700
    for name in ("secret.key", "host.key"):
        assert (board.data / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["valkey", "web", "control"])
def test_what_dies_is_started_again(board: Board, name: str) -> None:
    before = board.send(name, signal.SIGKILL)
    assert board.restarted(name, before) != before
    wait_until(lambda: answers(board), seconds=90, what="the board serves again")


def test_one_data_folder_has_one_board(board: Board) -> None:
    second = up("--data", str(board.data), "--port", "0")
    assert second.returncode == 1
    assert f"process {board.process.pid if board.process else 0}" in second.stderr.splitlines()[-1]


def test_a_busy_port_is_said_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = up("--data", str(folder), "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"Port {port} on 127.0.0.1 is taken")
    assert "Traceback" not in refused.stderr


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused = up("--data", str(tmp_path), "--port", "0")
    assert refused.returncode == 1
    assert "holds something else" in refused.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_it_stops_in_order_and_forgets_no_password(make_board: BoardMaker) -> None:
    board = make_board()
    assert board.process is not None
    for name in ("control", "recorder", "worker", "prober", "monitor"):
        board.pid(name)
    members = family(board.process.pid)
    assert board.stop() == 0
    assert alive(members) == []
    assert not (board.data / "valkey.sock").exists()
    said = board.log.read_text()
    assert "Traceback" not in said.partition("Stopping.")[2]
    board.password = ""
    board.start()
    assert board.password == "", "the password is told once"
    members = family(board.process.pid)
    board.process.kill()
    board.process.wait()
    wait_until(lambda: not alive(members), seconds=60, what="kill -9 leaves no orphan")
    board.start()
    assert "password" in page(board)
