"""Signing in and out: limits that hold without Redis, sessions that end, languages."""

import pytest
from django.test import Client

from netboard.accounts.audit import COMMAND
from netboard.accounts.models import AuditEntry, User
from netboard.accounts.services import set_password
from tests.support.people import PASSWORD, signed_in


def sign_in(browser: Client, name: str, password: str = PASSWORD, to: str = "", address: str = "192.0.2.1") -> int:
    answer = browser.post(
        "/sign-in/", {"username": name, "password": password, "next": to}, headers={}, REMOTE_ADDR=address
    )
    return answer.status_code


def test_the_right_password_leads_where_one_wanted_to_go(cast: dict[str, User]) -> None:
    browser = Client()
    asked = browser.get("/account/")
    assert asked.headers["Location"] == "/sign-in/?next=/account/"
    answer = browser.post("/sign-in/?next=/account/", {"username": "vera", "password": PASSWORD, "next": "/account/"})
    assert answer.headers["Location"] == "/account/"
    assert browser.get("/account/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(cast: dict[str, User], elsewhere: str) -> None:
    answer = Client().post("/sign-in/", {"username": "vera", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_guessing_is_limited_in_the_database_and_others_are_not_locked_out(cast: dict[str, User], no_bus: None) -> None:
    browser = Client()
    statuses = [sign_in(browser, "vera", f"guess {number}") for number in range(9)]
    assert statuses == [200] * 8 + [429]
    assert sign_in(browser, "vera") == 429
    assert sign_in(browser, "otto") == 302
    assert sign_in(Client(), "vera", address="192.0.2.2") == 302
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions.count("sign_in.failed") == 8
    assert actions.count("sign_in.limited") == 2


def test_success_forgives_earlier_attempts(cast: dict[str, User]) -> None:
    for _ in range(3):
        for _ in range(5):
            sign_in(Client(), "vera", "wrong")
        assert sign_in(Client(), "vera") == 302


def test_who_is_disabled_cannot_sign_in_and_is_out_at_once(cast: dict[str, User]) -> None:
    browser = signed_in(cast["vera"])
    User.objects.filter(username="vera").update(is_active=False)
    assert browser.get("/account/").status_code == 302
    assert sign_in(Client(), "vera") == 200


def test_signing_out_ends_the_session_on_the_server(cast: dict[str, User]) -> None:
    browser = signed_in(cast["vera"])
    kept = browser.cookies["netboard_session"].value
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").status_code == 302
    thief = Client()
    thief.cookies["netboard_session"] = kept
    assert thief.get("/account/").status_code == 302


def test_a_new_password_ends_other_sessions_but_not_this_one(cast: dict[str, User]) -> None:
    here, there = signed_in(cast["vera"]), signed_in(cast["vera"])
    answer = here.post("/account/password/", {"old": PASSWORD, "new": "another-long-phrase"})
    assert answer.status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", "another-long-phrase"), (PASSWORD, "short"), (PASSWORD, "12345678901")]
)
def test_a_password_that_will_not_do_is_refused_with_a_sentence(cast: dict[str, User], old: str, new: str) -> None:
    answer = signed_in(cast["vera"]).post("/account/password/", {"old": old, "new": new})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_an_administrator_sets_a_password_and_the_sessions_end(cast: dict[str, User]) -> None:
    browser = signed_in(cast["vera"])
    set_password(COMMAND, cast["vera"], "another-long-phrase")
    assert browser.get("/account/").status_code == 302


def test_the_language_is_switched_by_anybody_and_kept_for_who_is_signed_in(cast: dict[str, User]) -> None:
    browser = Client()
    browser.post("/language/", {"language": "pt-br", "next": "/sign-in/"})
    assert 'lang="pt-br"' in browser.get("/sign-in/").content.decode()
    browser.force_login(cast["vera"])
    browser.post("/language/", {"language": "pt-br", "next": "/account/"})
    cast["vera"].refresh_from_db()
    assert cast["vera"].language == "pt-br"
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"username": "vera", "password": PASSWORD})
    assert 'lang="pt-br"' in elsewhere.get("/account/").content.decode()


def test_preferences_are_saved(cast: dict[str, User]) -> None:
    browser = signed_in(cast["vera"])
    assert browser.post("/account/", {"language": "", "theme": "dark"}).status_code == 302
    page = browser.get("/account/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts="off"' in page


def test_every_page_forbids_inline_script_framing_and_other_sites(cast: dict[str, User]) -> None:
    headers = Client().get("/sign-in/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused_with_a_page_that_says_why(cast: dict[str, User]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast["vera"])
    answer = browser.post("/account/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()
