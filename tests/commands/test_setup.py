"""A fresh copy of netboard sets itself up, and as root its board runs with no more rights than it needs."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from netboard.setup.places import ROOT
from tests.support.board import Board

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

BUILT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".netboard",
    "node_modules",
    "dist",
    "staticfiles",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "*.mo",
)


def base_python() -> str:
    """A Python of the machine that everybody may run, else the one that these tests' environment was made with."""
    for program in ("/usr/bin/python3", "/usr/local/bin/python3"):
        code = "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"
        if Path(program).exists() and not subprocess.run([program, "-c", code], capture_output=True).returncode:
            return program
    return str(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """netboard as a clone has it, nothing built, in a folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="nb-fresh-"))
    folder.chmod(0o755)
    try:
        yield Path(shutil.copytree(ROOT, folder / "netboard", ignore=BUILT))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def setup(copy: Path) -> "subprocess.Popen[str]":
    """One set-up of the copy, running."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return subprocess.Popen(
        [base_python(), "manage.py", "setup"],
        cwd=copy,
        env=kept,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def user_of(pid: int) -> str:
    """Who a process runs as."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Uid:"))
    return pwd.getpwuid(int(line.split()[2])).pw_name


def test_a_fresh_copy_sets_itself_up_and_serves(copy: Path) -> None:
    both = [setup(copy), setup(copy)]
    said = [process.communicate(timeout=280)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Installing Python packages" in text for text in said) == 1, "the second found all done"
    again = setup(copy)
    assert again.communicate(timeout=120)[1] == "", "nothing is done twice"
    board = Board(root=copy, python=base_python())
    try:
        board.start()
        with urllib.request.urlopen(board.url, timeout=60) as page:
            assert "password" in page.read().decode()
        users = {name: user_of(board.pid(name)) for name in ("valkey", "web", "control", "observer", "worker")}
        if os.geteuid() == 0:
            assert users["observer"] == users["worker"] == "root"
            assert {users[name] for name in ("valkey", "web", "control")} == {"nobody"}, board.log.read_text()
            assert board.data.owner() == "nobody"
        assert board.stop() == 0
    finally:
        board.close()
