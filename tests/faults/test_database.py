"""Operations while the database dies or its disk is full (faults 8 and 17): no 201 without its row.

requests ─► web ─► PostgreSQL, or SQLite on a small disk      (a simulated host; nothing is carried out)
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.support import postgres
from tests.support.site import new_name
from tests.support.stage import Player
from tests.support.valkey import Valkey
from tests.support.wait import wait_until
from tests.support.web import Web

pytestmark = pytest.mark.process
HOST = "h1"


@contextlib.contextmanager
def serving(database: str, valkey: Valkey | None = None) -> Iterator[Web]:
    """A web process on this database (empty: SQLite) with a simulated host, and a bus of its own."""
    valkey = (valkey or Valkey()).start()
    player = Player(valkey.url, HOST, 0, 6)
    web = Web(valkey.url, NETBOARD_DATABASE_URL=database)
    try:
        yield web.start()
    finally:
        web.remove()
        player.writer.close()
        valkey.remove()


def submit(web: Web) -> requests.Response:
    return requests.post(
        f"{web.url}/api/v1/operations",
        json={"kind": "network.create", "host": HOST, "spec": {"name": new_name()}},
        headers={"Authorization": f"Bearer {web.tokens['otto']}"},
        timeout=240,
    )


def on_record(web: Web) -> set[str]:
    found: set[str] = set()
    path = "operations?limit=200"
    while path:
        page = web.rest("otto", "GET", path)
        found |= {one["id"] for one in page["items"]}
        path = f"operations?limit=200&cursor={page['next']}" if page["next"] else ""
    return found


def test_postgresql_killed_in_a_burst() -> None:
    if postgres.binary("postgres") is None:
        pytest.skip("PostgreSQL is not installed")
    server = postgres.Postgres().start()
    try:
        with serving(server.url) as web:
            answers: list[requests.Response] = []
            begun = threading.Event()

            def ask(_: int) -> None:
                answers.append(submit(web))
                if len(answers) >= 10:
                    begun.set()

            with ThreadPoolExecutor(8) as pool:
                burst = [pool.submit(ask, number) for number in range(24)]
                assert begun.wait(120)
                assert server.process is not None
                os.kill(server.process.pid, signal.SIGKILL)
                server.process.wait(60)
                for each in burst:
                    each.result(240)
            assert {each.status_code for each in answers} <= {201, 503}
            server.restart()
            wait_until(lambda: submit(web).status_code == 201, seconds=90, what="accepted again")
            accepted = {each.json()["id"] for each in answers if each.status_code == 201}
            assert len(accepted) >= 10
            assert accepted <= on_record(web)
            with ThreadPoolExecutor(40) as pool:
                again = list(pool.map(lambda _: submit(web), range(40)))
            assert {each.status_code for each in again} == {201}
    finally:
        server.remove()


@pytest.mark.kernel
def test_the_databases_disk_is_full() -> None:
    with tempfile.TemporaryDirectory(prefix="nb-disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", folder], check=True)
        try:
            disk = Path(folder)
            with serving(f"sqlite:///{disk}/board.sqlite3") as web:
                first = submit(web)
                assert first.status_code == 201, first.text
                ballast = disk / "ballast"
                with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
                answers: list[requests.Response] = []
                while len(answers) < 200 and not any(each.status_code != 201 for each in answers):
                    answers.append(submit(web))  # until what the database has set aside is used up
                assert answers[-1].status_code == 503, answers[-1].text
                assert answers[-1].headers["Content-Type"].startswith("application/problem+json")
                ballast.unlink()
                after = submit(web)
                assert after.status_code == 201, after.text
                accepted = {each.json()["id"] for each in (first, *answers[:-1], after)}
                assert accepted == on_record(web)
        finally:
            subprocess.run(["umount", folder], check=True)
