"""Idempotency-Key: the same POST twice does its work once and is answered the same."""

from typing import Any

import pytest
from django.test import Client

from netboard.accounts.models import ApiToken, IdempotentAnswer, User
from tests.support.people import PASSWORD, bearer


def post(headers: dict[str, str], key: str, name: str = "nina") -> Any:
    return Client().post(
        "/api/v1/people",
        {"name": name, "password": PASSWORD},
        content_type="application/json",
        headers={**headers, "Idempotency-Key": key},
    )


def test_repeated_it_is_done_once_and_answered_the_same(cast: dict[str, User]) -> None:
    headers = bearer(cast["ada"])
    first, second = post(headers, "k1"), post(headers, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert User.objects.filter(username="nina").count() == 1


def test_the_key_of_another_request_is_refused(cast: dict[str, User]) -> None:
    headers = bearer(cast["ada"])
    post(headers, "k1")
    answer = post(headers, "k1", name="nils")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_keys_of_different_people_do_not_meet(cast: dict[str, User]) -> None:
    assert post(bearer(cast["ada"]), "k1").status_code == 201
    assert post(bearer(cast["ada"]), "k1").status_code == 409
    assert post(bearer(cast["vera"]), "k1").status_code == 403


def test_while_the_first_is_answered_the_second_is_told_to_wait(cast: dict[str, User]) -> None:
    headers = bearer(cast["ada"])
    post(headers, "k1")
    IdempotentAnswer.objects.update(status=None)
    answer = post(headers, "k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")


def test_an_answer_with_a_secret_is_not_kept(cast: dict[str, User]) -> None:
    headers = {**bearer(cast["vera"]), "Idempotency-Key": "k"}
    answers = [
        Client().post("/api/v1/tokens", {"name": "once"}, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "told_once"
    assert answers[0].json()["token"] not in str(list(IdempotentAnswer.objects.values()))
    assert ApiToken.objects.filter(name="once").count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "\x01"])
def test_a_key_that_is_none(cast: dict[str, User], key: str) -> None:
    answer = post(bearer(cast["ada"]), key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key")
