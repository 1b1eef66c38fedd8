"""Lists, pages of single things and exports: what is on the board, for whom may see it.

h1 ── net0 ── c0, c1, c2        h2 ── net0 ── c0        Ada sees both, Tim sees h1 only
"""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from netboard.accounts.models import User
from netboard.adapters.bus.writer import RedisLogWriter
from tests.support.graphs import host_graph, status
from tests.support.people import signed_in
from tests.support.valkey import Valkey

pytestmark = [pytest.mark.django_db, pytest.mark.process]
TITLE = {"/networks/": "net0", "/containers/": "c0"}


@pytest.fixture
def two_hosts(bus: Valkey) -> None:
    """Both hosts, published."""
    for host, containers in (("h1", 3), ("h2", 1)):
        writer = RedisLogWriter(bus.url, host, log_length=50, patience=30.0)
        writer.begin(host_graph(host, containers), status(host))
        writer.close()


@pytest.mark.parametrize("path", TITLE)
def test_a_list_shows_what_one_may_see_and_its_filter_narrows_it(
    two_hosts: None, cast: dict[str, User], path: str
) -> None:
    def rows(person: str, query: str = "") -> list[str]:
        page = signed_in(cast[person]).get(path, {"q": query}).content.decode()
        return re.findall(r'<bdi class="name">(\w+)</bdi>', page)

    everything = rows("ada")
    mine = rows("tim")
    assert everything.count(TITLE[path]) == 2
    assert mine.count(TITLE[path]) == 1
    assert rows("ada", "h2 " + TITLE[path]) == [TITLE[path]]
    assert rows("ada", "nothing-like-this") == []
    part = signed_in(cast["ada"]).get(path, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part
    assert TITLE[path] in part


def test_a_page_of_a_foreign_host_is_as_if_it_were_not_there(two_hosts: None, cast: dict[str, User]) -> None:
    tim = signed_in(cast["tim"])
    assert tim.get("/containers/h1.c.c0/").status_code == 200
    assert tim.get("/containers/h2.c.c0/").status_code == 404
    assert tim.get("/containers/h1.w.net0/").status_code == 404
    assert tim.get("/networks/h1.w.net0/").status_code == 200
    assert tim.get("/annex/", {"host": "h2", "namespace": "h2.n.x"}).status_code == 404


def test_every_format_holds_the_whole_graph(two_hosts: None, cast: dict[str, User]) -> None:
    ada = signed_in(cast["ada"])
    told = {
        form: ada.get("/export/", {"format": form}).content.decode() for form in ("json", "graphml", "dot", "mermaid")
    }
    graph = json.loads(told["json"])
    ids = {node["id"] for node in graph["nodes"]}
    assert {"h1", "h2", "h1.c.c2", "h2.w.net0"} <= ids
    assert graph["cursor"].keys() == {"h1", "h2"}
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert {node.get("id") for node in ET.fromstring(told["graphml"]).iter(f"{space}node")} == ids
    assert told["dot"].count("[label=") == len(ids) + told["dot"].count(" -> ")
    assert told["mermaid"].startswith("flowchart LR\n")
    assert told["mermaid"].count("-->|endpoint|") == 4
    foreign = signed_in(cast["tim"]).get("/export/", {"format": "json"}).content.decode()
    assert '"h2' not in foreign
    assert ada.get("/export/", {"format": "docx"}).status_code == 400


def test_without_the_bus_every_page_says_so(no_bus: None, cast: dict[str, User]) -> None:
    ada = signed_in(cast["ada"])
    assert ada.get("/").status_code == 200
    for path in ("/networks/", "/containers/", "/containers/h1.c.c0/", "/export/?format=json"):
        answer = ada.get(path)
        assert answer.status_code == 503, path
        assert "does not answer" in answer.content.decode()


def test_nobody_sees_anything_without_signing_in(cast: dict[str, User]) -> None:
    from django.test import Client

    for path in ("/", "/networks/", "/containers/", "/containers/h1.c.c0/", "/recent/", "/annex/", "/export/"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")
