"""Fault 21: a WebSocket with a forged, wrong or missing Origin is answered 403 before it opens."""

from collections.abc import Iterator

import pytest
import requests
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from netboard.live.origin import may_open
from tests.support.web import Web, hello

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def vera(web: Web) -> Iterator[requests.Session]:
    """A browser in which vera is signed in."""
    with web.sign_in("vera") as browser:
        yield browser


@pytest.mark.parametrize(
    "forged",
    [
        "https://evil.example",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil.example:{port}",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:{port}/",
        "HTTP://127.0.0.1:{port}, http://evil.example",
        "null",
        "file://",
    ],
)
def test_a_foreign_page_opens_nothing_with_the_person_s_cookie(web: Web, vera: requests.Session, forged: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        web.socket(vera, origin=forged.format(port=web.port))
    assert refused.value.response.status_code == 403


def test_without_an_origin_a_cookie_opens_nothing(web: Web, vera: requests.Session) -> None:
    with pytest.raises(InvalidStatus) as refused:
        web.socket(vera, origin=None)
    assert refused.value.response.status_code == 403


def test_a_token_does_not_excuse_a_foreign_origin(web: Web) -> None:
    with pytest.raises(InvalidStatus) as refused:
        web.socket(origin="https://evil.example", token=web.token("vera"))
    assert refused.value.response.status_code == 403


def test_the_board_s_own_page_and_a_program_with_a_token_are_served(web: Web, vera: requests.Session) -> None:
    with web.socket(vera) as opened:
        assert hello(opened)["type"] == "snapshot"
    with web.socket(origin=None, token=web.token("vera", scope="read")) as opened:
        assert hello(opened)["type"] == "snapshot"


@pytest.mark.parametrize("token", ["", "nb_wrong"])
def test_who_is_not_signed_in_is_told_nothing_but_4401(web: Web, token: str) -> None:
    with web.socket(token=token) as opened:
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


def test_an_address_that_is_none_is_refused_before_it_opens(web: Web, vera: requests.Session) -> None:
    with pytest.raises(InvalidStatus) as refused:
        web.socket(vera, path="/ws/nothing")
    assert refused.value.response.status_code in (403, 404)


@pytest.mark.parametrize(
    ("origin", "served"),
    [
        (b"https://board.example", True),
        (b"http://board.example", False),
        (b"https://board.example:443", False),
        (b"https://board.example.evil.example", False),
        (b"https://evil.board.example", False),
    ],
)
def test_where_browsers_come_over_tls_http_does_not_do(settings: Settings, origin: bytes, served: bool) -> None:
    settings.NETBOARD_ORIGINS = frozenset({"https://board.example"})
    assert may_open([(b"Origin", origin), (b"cookie", b"netboard_session=x")]) is served
