"""Many ask for one thing at once, of two web processes: exactly one gets it, on SQLite and on PostgreSQL.

20 requests ─► web 1 ─┐
               web 2 ─┴─► one database      (a simulated host; nothing is carried out)
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support import postgres
from tests.support.site import new_name
from tests.support.stage import Player
from tests.support.valkey import Valkey
from tests.support.web import Web

pytestmark = pytest.mark.process
AT_ONCE = 20
_BASES = (f"10.{number}" for number in itertools.count(120))
"""Address space of its own for each test, and each try of it."""
HOST = "h1"


class Pair:
    """Two web processes on one database."""

    def __init__(self, database: str) -> None:
        self._valkey = Valkey().start()
        self._player = Player(self._valkey.url, HOST, 0, 6)
        self.first = Web(self._valkey.url, NETBOARD_DATABASE_URL=database)
        self.first.start()
        where = database or f"sqlite:///{self.first.folder / 'netboard.sqlite3'}"
        secret = (self.first.folder / "secret.key").read_text()
        self.second = Web(self._valkey.url, NETBOARD_DATABASE_URL=where, NETBOARD_SECRET_KEY=secret)
        self.second.tokens = self.first.tokens
        self.second.serve()

    def close(self) -> None:
        self.second.remove()
        self.first.remove()
        self._player.writer.close()
        self._valkey.remove()

    def at_once(self, spec: Callable[[int], dict[str, Any]]) -> list[requests.Response]:
        """So many requests at the same time, half of them to each process."""

        def ask(number: int) -> requests.Response:
            web = (self.first, self.second)[number % 2]
            return requests.post(
                f"{web.url}/api/v1/operations",
                json={"kind": "network.create", "host": HOST, "spec": spec(number)},
                headers={"Authorization": f"Bearer {web.tokens['otto']}"},
                timeout=240,
            )

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(ask, range(AT_ONCE)))


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    server = None
    if request.param == "PostgreSQL":
        if postgres.binary("postgres") is None:
            pytest.skip("PostgreSQL is not installed")
        server = postgres.Postgres().start()
    made = Pair(server.url if server else "")
    try:
        yield made
    finally:
        made.close()
        if server:
            server.remove()


def outcome(answers: list[requests.Response]) -> Counter[int]:
    assert {each.status_code for each in answers} <= {201, 409}, [a.text for a in answers if a.status_code >= 500]
    return Counter(each.status_code for each in answers)


def test_one_name(pair: Pair) -> None:
    name, base = new_name(), next(_BASES)
    answers = pair.at_once(lambda number: {"name": name, "subnet": f"{base}.{number}.0/24"})
    assert outcome(answers) == {201: 1, 409: AT_ONCE - 1}


def test_overlapping_subnets(pair: Pair) -> None:
    base = next(_BASES)
    asked = [f"{base}.0.0/22", f"{base}.1.0/24", f"{base}.2.0/24", f"{base}.3.0/24"]
    answers = pair.at_once(lambda number: {"name": new_name(), "subnet": asked[number % 4]})
    won = [each.json()["spec"]["subnet"] for each in answers if each.status_code == 201]
    assert outcome(answers)[409] == AT_ONCE - len(won)
    assert won == asked[:1] or sorted(won) == asked[1:]


def test_the_last_free_block_of_a_pool(pair: Pair) -> None:
    body = {"name": new_name(), "subnet": f"{next(_BASES)}.0.0/24", "size": 24, "shortest": 24, "longest": 28}
    pool = pair.first.rest("ada", "POST", "pools", json=body)
    try:
        answers = pair.at_once(lambda number: {"name": new_name(), "pool": str(pool["id"])})
    finally:
        pair.first.rest("ada", "DELETE", f"pools/{pool['id']}")
    assert outcome(answers) == {201: 1, 409: AT_ONCE - 1}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"no_free_subnet", "claimed"}


def test_everybody_who_lets_netboard_choose_gets_one_of_his_own(pair: Pair) -> None:
    answers = pair.at_once(lambda number: {"name": new_name()})
    assert outcome(answers) == {201: AT_ONCE}
    assert len({each.json()["spec"]["subnet"] for each in answers}) == AT_ONCE
