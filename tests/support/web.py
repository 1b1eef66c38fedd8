"""The web process alone, as in production: a real server on a free port, a database file, a Valkey of its own."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import ClientConnection, connect

from tests.support.valkey import Valkey
from tests.support.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-enough-phrase"

MAKE_PEOPLE = f"""
import django; django.setup()
from django.core.management import call_command
from netboard.accounts.audit import COMMAND
from netboard.accounts.models import Role, Team, User
from netboard.accounts.services import make_token
call_command("migrate", verbosity=0)
for name, role in (("vera", Role.VIEWER), ("otto", Role.OPERATOR), ("ada", Role.ADMIN), ("adam", Role.ADMIN)):
    person = User.objects.create_user(name, {PASSWORD!r}, role)
    print(name, make_token(COMMAND, person, "first")[1])
Team.objects.create(name="first floor", hosts=["h1"])
"""


class Web:
    """One server. `port` is bound by the test and handed over, so nobody can take it in between."""

    def __init__(self, redis_url: str, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nb-web-"))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NETBOARD_")}
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "netboard.config.settings",
            "NETBOARD_DATA": str(self.folder),
            "NETBOARD_REDIS_URL": redis_url,
            "NETBOARD_PORT": str(self.port),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}
        """One of full scope for each person."""

    def run(self, *arguments: str) -> str:
        """Run Python with these arguments in the server's environment; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> "Web":
        """Make the database and its people, then serve."""
        self.tokens = dict(line.split(" ") for line in self.run("-c", MAKE_PEOPLE).splitlines())
        return self.serve()

    def serve(self) -> "Web":
        """Serve, for the first time or again."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "django", "web", "--fd", str(self.listener.fileno())],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self.listener.fileno()],
            )
        wait_until(self._lives, seconds=120, what="the web process answers")
        return self

    def _lives(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "log").read_text())
        try:
            return requests.get(f"{self.url}/healthz", timeout=30).ok
        except requests.RequestException:
            return False

    def remove(self) -> None:
        """Stop it and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sign_in(self, name: str) -> requests.Session:
        """A browser's session; the caller closes it."""
        browser = requests.Session()
        browser.get(f"{self.url}/sign-in/", timeout=60).raise_for_status()
        answer = browser.post(
            f"{self.url}/sign-in/",
            data={"username": name, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["netboard_csrf"]},
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code == 302, answer.text
        return browser

    def post(self, browser: requests.Session, path: str, **data: Any) -> requests.Response:
        """A form, sent by a browser."""
        data["csrfmiddlewaretoken"] = browser.cookies["netboard_csrf"]
        return browser.post(f"{self.url}{path}", data=data, allow_redirects=False, timeout=60)

    def rest(self, person: str, method: str, path: str, **how: Any) -> Any:
        """What the REST interface answers this person."""
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        answer = requests.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=60, **how)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def token(self, person: str, ttl: str = "1h", scope: str = "admin") -> str:
        """A new API token."""
        made = self.rest(person, "POST", "tokens", json={"name": "test", "ttl": ttl, "scope": scope})
        return str(made["token"])

    def change(self, person: str, **what: Any) -> None:
        """Let the administrator ada change somebody over REST."""
        [pk] = [each["id"] for each in self.rest("ada", "GET", "people")["items"] if each["name"] == person]
        self.rest("ada", "PATCH", f"people/{pk}", json=what)

    def expire_session(self, browser: requests.Session) -> None:
        """Let this session be over by now, as if two weeks had passed."""
        database = sqlite3.connect(self.folder / "netboard.sqlite3", timeout=60)
        try:
            with database:
                done = database.execute(
                    "UPDATE django_session SET expire_date = '2020-01-01 00:00:00' WHERE session_key = ?",
                    (browser.cookies["netboard_session"],),
                )
                assert done.rowcount == 1
        finally:
            database.close()

    def socket(
        self,
        browser: requests.Session | None = None,
        origin: str | None = "",
        token: str = "",
        path: str = "/ws/topology",
    ) -> ClientConnection:
        """Open a WebSocket. `origin`: empty for the page's own, None for none at all."""
        headers: dict[str, str] = {}
        if browser is not None:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if origin is not None:
            headers["Origin"] = origin or self.url
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=headers,
            open_timeout=60,
            close_timeout=10,
            proxy=None,
        )


def hello(opened: ClientConnection) -> dict[str, Any]:
    """Say hello and wait for the snapshot."""
    opened.send(json.dumps({"type": "hello", "scope": {"hosts": ["*"], "detail": "full"}}))
    while True:
        frame: dict[str, Any] = json.loads(opened.recv(timeout=60))
        if frame["type"] == "snapshot":
            return frame


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """A server for the tests of one worker."""
    valkey = Valkey()
    server: Web | None = None
    try:
        server = Web(valkey.start().url)
        yield server.start()
    finally:
        if server is not None:
            server.remove()
        valkey.remove()
