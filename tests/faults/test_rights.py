"""Fault 22: sign-out, expiry, demotion, disabling: an open socket closes, told why, and others stay open."""

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.support.web import Web, hello

pytestmark = pytest.mark.process


def closed_with(opened: ClientConnection) -> int:
    """Read until the server closes; its code."""
    try:
        while True:
            opened.recv(timeout=60)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def stays_open(opened: ClientConnection) -> bool:
    """Whether it still answers a ping of the protocol."""
    return opened.ping().wait(60)


def test_signing_out_closes_this_session_s_sockets_and_no_other(web: Web) -> None:
    with (
        web.sign_in("vera") as here,
        web.sign_in("vera") as there,
        web.socket(here) as first,
        web.socket(here) as second,
        web.socket(there) as other,
    ):
        for opened in (first, second, other):
            hello(opened)
        assert web.post(here, "/sign-out/").status_code == 302
        assert (closed_with(first), closed_with(second)) == (4401, 4401)
        assert stays_open(other)


def test_a_session_that_expires_closes_its_socket(web: Web) -> None:
    with web.sign_in("vera") as browser, web.socket(browser) as opened:
        hello(opened)
        web.expire_session(browser)
        assert closed_with(opened) == 4401


def test_a_token_that_expires_closes_its_socket(web: Web) -> None:
    with web.socket(origin=None, token=web.token("vera", ttl="3s")) as opened:
        assert closed_with(opened) == 4401


def test_a_revoked_token_closes_its_socket(web: Web) -> None:
    with web.socket(origin=None, token=web.token("vera")) as opened:
        hello(opened)
        newest = max(each["id"] for each in web.rest("vera", "GET", "tokens")["items"])
        web.rest("vera", "DELETE", f"tokens/{newest}")
        assert closed_with(opened) == 4401


def test_a_demotion_closes_the_sockets_that_were_opened_with_the_old_rights(web: Web) -> None:
    web.change("adam", role="admin")
    with web.sign_in("adam") as browser, web.socket(browser) as opened:
        hello(opened)
        web.change("adam", role="operator")
        assert closed_with(opened) == 4403
        with web.socket(browser) as again:
            hello(again)


def test_joining_a_team_narrows_what_an_open_socket_may_show_so_it_closes(web: Web) -> None:
    web.change("otto", teams=[], active=True)
    with web.sign_in("otto") as browser, web.socket(browser) as opened:
        hello(opened)
        web.change("otto", teams=["first floor"])
        assert closed_with(opened) == 4403


def test_disabling_closes_every_socket_of_a_person(web: Web) -> None:
    web.change("otto", teams=[], active=True)
    token = web.token("otto")
    with (
        web.sign_in("otto") as browser,
        web.socket(browser) as cookie,
        web.socket(origin=None, token=token) as program,
    ):
        hello(cookie)
        hello(program)
        web.change("otto", active=False)
        assert (closed_with(cookie), closed_with(program)) == (4401, 4401)
        assert browser.get(f"{web.url}/account/", allow_redirects=False, timeout=60).status_code == 302
