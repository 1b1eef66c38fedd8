"""The same board on PostgreSQL: migrations, the audit's triggers, signing in, tokens, bounded connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.support.postgres import Postgres, binary
from tests.support.valkey import Valkey
from tests.support.web import Web

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(binary("postgres") is None, reason="this machine lacks PostgreSQL (apt-get install postgresql)"),
]

TAMPER = """
import django; django.setup()
from django.db import DatabaseError, connection, transaction
for statement in ("UPDATE {} SET name = ''", "DELETE FROM {}", "TRUNCATE {}"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("accounts_auditentry"))
    except DatabaseError as error:
        print(str(error).splitlines()[0])
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    print(cursor.fetchone()[0] - 1)
"""


@pytest.fixture
def web_on_postgresql(_shared_valkey: Valkey) -> Iterator[Web]:
    postgres = Postgres()
    server: Web | None = None
    try:
        server = Web(_shared_valkey.url, NETBOARD_DATABASE_URL=postgres.start().url)
        yield server.start()
    finally:
        if server is not None:
            server.remove()
        postgres.remove()


def test_it_works_on_postgresql(web_on_postgresql: Web) -> None:
    web = web_on_postgresql
    web.sign_in("vera").close()
    token = web.token("vera")

    def me(_: int) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{web.url}/api/v1/me", headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(16) as many:
        assert set(many.map(me, range(64))) == {200}
    assert requests.get(f"{web.url}/readyz", timeout=60).status_code == 200
    *refused, connections = web.run("-c", TAMPER).splitlines()
    assert refused == ["audit entries are only ever added"] * 3
    assert int(connections) <= 11
