"""The whole board, started as people start it: `manage.py up` with a data folder of its own on a free port."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from netboard.setup.places import ROOT
from tests.support.wait import wait_until

NO_ENGINE = "unix:///nonexistent/docker.sock"


class Board:
    """One running board. `url`, `user` and `password` are known once `start` has returned."""

    def __init__(
        self, *options: str, docker: str = NO_ENGINE, root: Path = ROOT, python: str = sys.executable, **settings: str
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nb-board-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.out = self.folder / "out.log"
        """What it announced."""
        self.log = self.folder / "err.log"
        """The lines of all its processes."""
        self.url = self.user = self.password = ""
        self._command = [
            python,
            "manage.py",
            "up",
            "--data",
            str(self.data),
            "--docker",
            docker,
            "--port",
            "0",
            *options,
        ]
        self._root = root
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("NETBOARD_", "DJANGO_", "CI"))
        }
        self._environment: Mapping[str, str] = {**kept, **settings}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 180) -> "Board":
        """Start it and wait until it serves."""
        with self.out.open("wb") as out, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._root,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._serves, seconds=seconds, what=f"the board serves; its log: {self.log}")
        return self

    def _serves(self) -> bool:
        assert self.process is not None
        code = self.process.poll()
        if code is not None:
            raise RuntimeError(f"the board ended with code {code}:\n{self.log.read_text()[-4000:]}")
        lines = dict(line.split(": ", 1) for line in self.out.read_text().splitlines() if ": " in line)
        self.url = lines.get("Board", "")
        self.user, self.password = lines.get("User", self.user), lines.get("Password", self.password)
        return bool(self.url)

    def processes(self) -> dict[str, int]:
        """Process ids by name: valkey, web, control, recorder, observer, worker, demo."""
        try:
            found: dict[str, int] = json.loads((self.data / "processes.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def pid(self, name: str) -> int:
        """The process id of one of its processes, which is waited for."""
        return wait_until(lambda: self.processes().get(name), seconds=90, what=f"{name} runs") or 0

    def send(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to one of its processes; returns the process id that it had."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def restarted(self, name: str, before: int) -> int:
        """Wait until this process runs under another id than before, and return that."""
        return wait_until(
            lambda: (pid := self.processes().get(name)) is not None and pid != before and pid,
            seconds=90,
            what=f"{name} was started again",
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it as people do and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=120)

    def close(self) -> None:
        """End it however it is and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            for pid in self.processes().values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


BoardMaker = Callable[..., Board]


@pytest.fixture
def make_board() -> Iterator[BoardMaker]:
    """Makes boards that end with the test: `make_board("--demo", NETBOARD_STALE_AFTER="2")`, already started."""
    yield from _makers()


@pytest.fixture(scope="module")
def make_shared_board() -> Iterator[BoardMaker]:
    """The same for boards that end with the module."""
    yield from _makers()


def _makers() -> Iterator[BoardMaker]:
    made: list[Board] = []

    def make(*options: str, **settings: Any) -> Board:
        made.append(Board(*options, **settings))
        return made[-1].start()

    try:
        yield make
    finally:
        for board in made:
            board.close()
