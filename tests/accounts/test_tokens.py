"""API tokens: kept as a hash, expiring, revocable, never mightier than what made them."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from netboard.accounts.audit import COMMAND
from netboard.accounts.identity import bearer as credential
from netboard.accounts.identity import identify
from netboard.accounts.models import ApiToken, Scope, User
from netboard.accounts.services import make_token, parse_ttl, revoke_token
from netboard.accounts.tasks import clear
from netboard.core.errors import Invalid
from tests.support.people import bearer


def me(headers: dict[str, str]) -> int:
    return Client().get("/api/v1/me", headers=headers).status_code


def test_the_command_prints_a_working_token_alone_on_the_last_line(cast: dict[str, User]) -> None:
    out = StringIO()
    call_command("create_token", "vera", name="backup", ttl="12h", scope="read", stdout=out, stderr=StringIO())
    token = out.getvalue().splitlines()[-1]
    assert me({"Authorization": f"Bearer {token}"}) == 200
    row = ApiToken.objects.get()
    assert (row.name, row.scope) == ("backup", "read")
    assert token not in str(row.__dict__)
    assert timedelta(hours=11) < row.expires - timezone.now() <= timedelta(hours=12)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody"], "Nobody is called 'nobody'"),
        (["vera", "--ttl", "soon"], "90d, 12h or 30m"),
        (["vera", "--ttl", "0d"], "90d, 12h or 30m"),
        (["vera", "--ttl", "99999999d"], "90d, 12h or 30m"),
        (["vera", "--scope", "god"], "invalid choice"),
    ],
)
def test_nonsense_gets_one_sentence(cast: dict[str, User], arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("create_token", *arguments)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "1.5d", "٣d", "1d ago", "999999999999999d"])
def test_a_lifetime_that_is_none(text: str) -> None:
    with pytest.raises(Invalid):
        parse_ttl(text)


def test_an_expired_token_ends(cast: dict[str, User]) -> None:
    headers = bearer(cast["vera"])
    assert me(headers) == 200
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert me(headers) == 401


def test_a_revoked_token_and_one_of_a_disabled_person_end(cast: dict[str, User]) -> None:
    row, token = make_token(COMMAND, cast["vera"], "x")
    revoke_token(COMMAND, cast["vera"], row.pk)
    assert me({"Authorization": f"Bearer {token}"}) == 401
    headers = bearer(cast["otto"])
    User.objects.filter(username="otto").update(is_active=False)
    assert me(headers) == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nb_wrong", "Basic dmVyYTp4", "Bearer a b\tc"])
def test_a_wrong_header_is_not_saved_by_a_session(cast: dict[str, User], header: str) -> None:
    browser = Client()
    browser.force_login(cast["ada"])
    answer = browser.get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_last_use_is_noted(cast: dict[str, User]) -> None:
    headers = bearer(cast["vera"])
    me(headers)
    assert ApiToken.objects.get().used is not None


def test_only_a_token_of_full_scope_makes_another(cast: dict[str, User]) -> None:
    for scope, status in ((Scope.READ, 403), (Scope.OPERATE, 403), (Scope.ADMIN, 201)):
        answer = Client().post(
            "/api/v1/tokens",
            {"name": "child", "scope": "admin"},
            content_type="application/json",
            headers=bearer(cast["otto"], scope),
        )
        assert answer.status_code == status
    assert me({"Authorization": f"Bearer {answer.json()['token']}"}) == 200


def test_one_s_own_tokens_only(cast: dict[str, User]) -> None:
    foreign, _ = make_token(COMMAND, cast["ada"], "hers")
    headers = bearer(cast["vera"])
    listed = Client().get("/api/v1/tokens", headers=headers).json()["items"]
    assert [row["name"] for row in listed] == ["test"]
    assert Client().delete(f"/api/v1/tokens/{foreign.pk}", headers=headers).status_code == 404
    assert Client().delete(f"/api/v1/tokens/{listed[0]['id']}", headers=headers).status_code == 204
    assert me(headers) == 401


def test_what_has_expired_is_cleared(cast: dict[str, User]) -> None:
    headers = bearer(cast["vera"])
    token = headers["Authorization"]
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        assert clear()["tokens"] == 1
    assert identify(credential(token)) is None
