"""REST over a real Valkey: the graph, inventory, look-ups, events, each cut down to what the person may see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from netboard.accounts.models import User
from netboard.adapters.bus.writer import begin_many
from netboard.networks.models import Event
from tests.support.graphs import host_graph, node, status
from tests.support.people import bus, cast, quiet_layer, signed_in
from tests.support.valkey import Valkey

__all__ = ["bus", "cast", "quiet_layer"]


@pytest.fixture
def fleet(bus: Valkey) -> Valkey:
    """h1: c0, c1, c2 on net0.  h2: c0 on net0; `only` on none."""
    second = host_graph("h2", 1)
    second.nodes["h2.c.only"] = node("h2.c.only", name="only", id="ab" * 32)  # type: ignore[index]
    begin_many(bus.url, {"h1": (host_graph("h1", 3), status("h1")), "h2": (second, status("h2"))})
    return bus


def ask(person: User, path: str, expected: int = 200) -> Any:
    answer = signed_in(person).get(f"/api/v1/{path}")
    assert answer.status_code == expected, answer.content
    return answer.json()


def test_the_whole_graph_one_hosts_or_too_much(cast: dict[str, User], fleet: Valkey, settings: Settings) -> None:
    whole = ask(cast["vera"], "topology")
    assert set(whole["cursor"]) == {"h1", "h2", "fleet"}
    assert len(whole["nodes"]) == 9
    assert {each["host"] for each in ask(cast["vera"], "topology?host=h1")["nodes"]} == {"h1"}
    assert {each["host"] for each in ask(cast["tim"], "topology")["nodes"]} == {"h1"}
    ask(cast["tim"], "topology?host=h2", 404)
    settings.NETBOARD = settings.NETBOARD.model_copy(update={"full_limit": 6})
    assert ask(cast["vera"], "topology", 422)["code"] == "too_many_nodes"
    ask(cast["vera"], "topology?host=h1")


def test_lists_are_paged_filtered_and_cut_down(cast: dict[str, User], fleet: Valkey) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ask(cast["vera"], f"containers?limit=2&cursor={cursor}")
        assert len(page["items"]) <= 2
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert seen == ["h1.c.c0", "h1.c.c1", "h1.c.c2", "h2.c.c0", "h2.c.only"]
    assert [each["id"] for each in ask(cast["vera"], "containers?q=ONLY")["items"]] == ["h2.c.only"]
    assert [each["id"] for each in ask(cast["vera"], "networks?host=h2")["items"]] == ["h2.w.net0"]
    assert {each["host"] for each in ask(cast["tim"], "containers")["items"]} == {"h1"}
    ask(cast["vera"], "containers?cursor=%00", 422)


def test_an_object_is_found_by_engine_id_by_netboards_id_or_by_name(cast: dict[str, User], bus: Valkey) -> None:
    full = "ab" * 32
    graph = host_graph("h2", 1)
    found = node(f"h2.c.{full[:16]}", name="only", id=full)
    graph.nodes[found["id"]] = found  # type: ignore[index]
    begin_many(bus.url, {"h1": (host_graph("h1", 3), status("h1")), "h2": (graph, status("h2"))})
    for reference in (full, found["id"], "only", "only?host=h2"):
        assert ask(cast["vera"], f"containers/{reference}")["id"] == found["id"]
        ask(cast["tim"], f"containers/{reference}", 404)
    assert ask(cast["vera"], "containers/c0", 409)["code"] == "ambiguous"
    detail = ask(cast["vera"], "containers/c0?host=h1")
    assert [each["kind"] for each in detail["edges"]] == ["contains", "endpoint"]


def test_events_the_newest_first_and_only_of_visible_hosts(cast: dict[str, User], fleet: Valkey) -> None:
    at = datetime.now(UTC)
    for number in range(4):
        host = "h2" if number == 3 else "h1"
        Event.objects.create(
            host=host, at=at - timedelta(hours=4 - number), node=f"{host}.c.{number}", kind="container", name="x",
            change="appeared",
        )  # fmt: skip
    assert [each["node"][-1] for each in ask(cast["vera"], "events")["items"]] == ["3", "2", "1", "0"]
    assert [each["node"][-1] for each in ask(cast["tim"], "events")["items"]] == ["2", "1", "0"]
    since = (at - timedelta(hours=2, minutes=30)).isoformat().replace("+00:00", "Z")
    assert len(ask(cast["vera"], f"events?since={since}")["items"]) == 2
    first = ask(cast["vera"], "events?limit=3")
    assert [each["node"][-1] for each in ask(cast["vera"], f"events?cursor={first['next']}")["items"]] == ["0"]
    ask(cast["vera"], "events?cursor=AAAA", 422)
    ask(cast["vera"], "events?since=yesterday", 422)
