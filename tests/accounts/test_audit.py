"""The audit: written with every change, before it, and never altered."""

import pytest
from django.db import DatabaseError, connection, transaction

from netboard.accounts.audit import COMMAND, record
from netboard.accounts.models import AuditEntry, Role, User
from netboard.accounts.services import change_person, create_person
from netboard.core.errors import Conflict, Invalid
from tests.support.people import signed_in


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditentry SET name = 'nobody'", "DELETE FROM accounts_auditentry"]
)
def test_the_database_refuses_to_alter_an_entry(db: None, statement: str) -> None:
    record(COMMAND, "test.done", "it")
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.filter(action="test.done", name="command").exists()


def test_a_change_tells_who_what_and_from_where(cast: dict[str, User]) -> None:
    answer = signed_in(cast["ada"]).post(f"/people/{cast['vera'].pk}/", {"role": "operator", "active": "on"})
    assert answer.status_code == 302
    entry = AuditEntry.objects.filter(action="person.changed").get()
    assert (entry.person, entry.name, entry.object, entry.origin) == (cast["ada"].pk, "ada", "vera", "127.0.0.1")
    assert entry.detail["role"] == ["viewer", "operator"]
    assert entry.request


def test_no_change_without_its_entry(cast: dict[str, User]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry RENAME TO gone")
    with pytest.raises(DatabaseError), transaction.atomic():
        change_person(COMMAND, cast["vera"], role=Role.ADMIN)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gone RENAME TO accounts_auditentry")
    cast["vera"].refresh_from_db()
    assert cast["vera"].role == "viewer"


def test_a_refused_change_leaves_no_entry(cast: dict[str, User]) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        change_person(COMMAND, cast["ada"], role=Role.VIEWER)
    with pytest.raises(Invalid):
        create_person(COMMAND, "new name", Role.VIEWER, "another-long-phrase")
    assert not AuditEntry.objects.filter(action__startswith="person.").exists()
