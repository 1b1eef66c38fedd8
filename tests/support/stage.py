"""A board to look at: a real web process on a real Valkey, and hosts of a simulated fleet published as observers do.

[Machine] ─facts─► [Resolver] ─change─► [log in Valkey] ─► [web process] ─► a browser
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from netboard.adapters.bus.reader import RedisLogReader
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.adapters.simulated.machine import Machine
from netboard.core.facts import apply
from netboard.core.model import Container, FactsChange
from netboard.core.ports import HostGraph, HostStatus, SourceStatus
from netboard.core.resolve import Resolver
from netboard.setup import messages
from netboard.setup.places import ROOT
from tests.support.graphs import now
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

PASSWORD = "a-long-enough-phrase"
Alter = Callable[[Container], Container]


class Player:
    """One host of the fleet, with its observer."""

    def __init__(self, url: str, name: str, number: int, containers: int) -> None:
        self.machine = Machine(name, number, containers, seed=7)
        self.resolver = Resolver(name, {})
        self.writer = RedisLogWriter(url, name, log_length=500, patience=30.0)
        self.name = name
        self.sources: dict[str, SourceStatus] = {}
        self.begin()

    def begin(self) -> None:
        """Publish everything."""
        self.resolver.update(self.machine.facts, None)
        self.writer.begin(self.resolver.graph(), self.status())

    def status(self) -> HostStatus:
        """A heartbeat of now."""
        at = now()
        live: SourceStatus = {"state": "live", "since": at, "code": "", "params": {}}
        return {
            "host": self.name,
            "title": self.name,
            "at": at,
            "started": at,
            "version": "0.1.0",
            "sources": {"engine": live, "kernel": live, **self.sources},
            "engine": {},
            "checks": 0,
            "differences": 0,
        }

    def beat(self) -> None:
        """Say that the observer lives."""
        self.writer.report(self.status())

    def tell(self, changes: Iterable[FactsChange]) -> None:
        """Publish what changed, one delta for each."""
        for change in changes:
            touched = apply(self.machine.facts, change)
            self.writer.append(self.resolver.update(self.machine.facts, touched), now())

    def play(self, changes: Iterable[FactsChange]) -> None:
        """Publish changes that the machine has made already."""
        list(changes)
        self.writer.append(self.resolver.update(self.machine.facts, None), now())

    def alter(self, name: str, alter: Alter) -> None:
        """Change what the engine says of a container."""
        id, container = self.container(name)
        self.tell([FactsChange("engine", containers={id: alter(container)})])

    def container(self, name: str) -> tuple[str, Container]:
        """A container and its engine id."""
        return next((id, each) for id, each in self.machine.facts.containers.items() if each.name.lstrip("/") == name)

    def graph(self) -> HostGraph:
        """The graph as published."""
        return self.resolver.graph()

    def node(self, name: str, kind: str = "container") -> str:
        """The id of the node with this name and kind."""
        return next(n["id"] for n in self.graph().nodes.values() if n["name"] == name and n["kind"] == kind)


class Stage:
    """A web process with an administrator `ada`, and the hosts that play on it."""

    def __init__(self, valkey: Valkey, folder: Path) -> None:
        self.valkey = valkey
        self.players: dict[str, Player] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "web.log"
        self.environment: Mapping[str, str] = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("NETBOARD_", "DJANGO_"))},
            "NETBOARD_DATA": str(folder),
            "NETBOARD_REDIS_URL": valkey.url,
            "NETBOARD_PORT": str(self.port),
            "NETBOARD_SECRET_KEY": secrets.token_hex(32),
            "NETBOARD_STALE_AFTER": "3600",
            "DJANGO_SETTINGS_MODULE": "netboard.config.settings",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> "Stage":
        """Prepare translations and database, and serve."""
        messages.make_current()
        person = f"from netboard.accounts.models import User\nUser.objects.create_user('ada', '{PASSWORD}', 'admin')\n"
        prepare = f"import django; django.setup()\nfrom django.core.management import call_command\n{_MIGRATE}{person}"
        subprocess.run([sys.executable, "-c", prepare], cwd=ROOT, env=dict(self.environment), check=True, timeout=240)
        self.serve()
        return self

    def serve(self) -> None:
        """Start the web process on the same socket as before."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "web", "--fd", str(self._listener.fileno())],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._listener.fileno()],
                start_new_session=True,
            )
        wait_until(self._answers, seconds=120, what=f"the web process answers; its log: {self.log}")

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"the web process ended:\n{self.log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def host(self, name: str, containers: int = 12) -> Player:
        """A further host, published."""
        player = Player(self.valkey.url, name, len(self.players), containers)
        self.players[name] = player
        return player

    def reader(self) -> RedisLogReader:
        """A reader of its own; the caller closes it."""
        return RedisLogReader(self.valkey.url)

    def halt(self) -> None:
        """End the web process."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def close(self) -> None:
        """End everything."""
        for player in self.players.values():
            player.writer.close()
        self.halt()
        self._listener.close()


_MIGRATE = "call_command('migrate', interactive=False, verbosity=0)\n"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Two hosts with twelve and six containers, in the module's own Valkey."""
    server = Valkey().start()
    with tempfile.TemporaryDirectory(prefix="nb-stage-") as folder:
        made = Stage(server, Path(folder))
        try:
            made.open()
            made.host("fra-1", 15)
            made.host("fra-2", 6)
            yield made
        finally:
            made.close()
            server.remove()
