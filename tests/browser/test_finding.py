"""The questions that the picture answers, each in at most two actions from the board; an action is a click or a key.

[stage: fra-1 (15 containers), fra-2 (6)] ─► a signed-in browser on the live board
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.actions import Actions
from tests.support.browser import Visitor
from tests.support.stage import Player, Stage

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def of(stage: Stage) -> Player:
    """The host that is looked at."""
    return stage.players["fra-1"]


def interface(player: Player, container: str) -> tuple[str, str]:
    """Names of a container's first interface and of its other end, from the graph."""
    graph = player.graph()
    space = graph.nodes[player.node(container)]["namespace"]
    inner = next(n for n in graph.nodes.values() if n["namespace"] == space and n["name"] == "eth0")
    pair = next(e for e in graph.edges.values() if e["kind"] == "peer" and inner["id"] in (e["source"], e["target"]))
    outer = pair["target"] if pair["source"] == inner["id"] else pair["source"]
    assert outer is not None
    return inner["id"], graph.nodes[outer]["name"]


def test_which_networks_addresses_and_macs_a_container_has(visit: Visit, stage: Stage) -> None:
    actions = Actions(visit().page)
    actions.find("shop-api")
    pane = actions.page.locator("#inspector")
    player = of(stage)
    ends = [e for e in player.graph().edges.values() if e["id"].startswith(f"{player.node('shop-api')}.e.")]
    assert len(ends) == 3
    for end in ends:
        expect(pane).to_contain_text(str(end["facts"]["address"]))
        expect(pane).to_contain_text(str(end["facts"]["mac"]))
    assert actions.count <= 2


def test_which_veth_belongs_to_a_container_and_back(visit: Visit, stage: Stage) -> None:
    _, outer = interface(of(stage), "shop-web")
    page = visit().page
    there = Actions(page)
    there.find("shop-web")
    pane = page.locator("#inspector")
    expect(pane).to_contain_text(outer)
    expect(pane).to_contain_text("IFLA_LINK")
    back = Actions(page)
    back.find(outer)
    expect(pane.locator("#inspected")).to_contain_text(outer)
    expect(pane.locator("section", has_text="Belongs to")).to_contain_text("shop-web")
    assert (there.count, back.count) == (1, 1)


def test_what_is_exposed_and_who_can_reach_it_stands_on_the_board_itself(visit: Visit) -> None:
    pane = visit().page.locator("#inspector")
    exposed = pane.locator("section", has_text="Exposed ports")
    expect(exposed).to_contain_text("0.0.0.0:8080 → 80/tcp")
    expect(exposed).to_contain_text("reachable by every machine")


def test_how_full_a_subnet_is(visit: Visit) -> None:
    actions = Actions(visit().page)
    actions.find("shop_front")
    pane = actions.page.locator("#inspector")
    expect(pane).to_contain_text("172.20.0.0/24")
    expect(pane).to_contain_text(re.compile(r"\d+ of 254"))
    expect(pane).to_contain_text("next free")
    assert actions.count <= 2


def test_which_interface_carries_a_macvlan_network(visit: Visit) -> None:
    actions = Actions(visit().page)
    actions.find("plant driver:macvlan host:fra-1")
    expect(actions.page.locator("#inspector")).to_contain_text("ens4.30")
    assert actions.count <= 2


def test_who_loses_what_if_a_bridge_fails(visit: Visit, stage: Stage) -> None:
    player = of(stage)
    bridge = next(
        str(n["facts"]["bridge"]) for n in player.graph().nodes.values() if n["name"] == "shop_back" and n["host"]
    )
    actions = Actions(visit().page)
    actions.find(bridge)
    actions.click("#act-impact")
    losses = actions.page.locator(".losses")
    expect(losses).to_contain_text("shop-db")
    expect(losses).to_contain_text("loses")
    assert actions.count <= 2


def test_a_change_is_listed_and_marked_when_it_happens(visit: Visit, stage: Stage) -> None:
    page = visit().page
    player = of(stage)
    id, _ = player.container("grafana")
    player.play(player.machine.stop(id))
    line = page.locator("#feed li", has_text="grafana").first
    expect(line).to_contain_text("stopped, was up")
    line.locator("button").click()
    expect(page.locator("#inspected")).to_contain_text("grafana")
    player.play(player.machine.start(id))
    expect(page.locator("#feed li", has_text="up, was stopped").first).to_contain_text("grafana")


def test_a_silent_source_is_told_with_its_reason_and_recovers(visit: Visit, stage: Stage) -> None:
    page = visit().page
    player = of(stage)
    since = player.status()["at"]
    player.sources["engine"] = {
        "state": "absent",
        "since": since,
        "code": "engine_absent",
        "params": {"address": "unix:///none.sock"},
    }
    player.beat()
    try:
        expect(page.locator("#banner")).to_contain_text("No Docker Engine listens at unix:///none.sock")
        expect(page.locator("#banner")).to_contain_text("stale since")
    finally:
        player.sources.clear()
        player.beat()
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("live")


def test_a_filter_dims_the_rest_and_says_what_it_does_not_understand(visit: Visit) -> None:
    page = visit().page
    box = page.locator("#find")
    box.fill("net:shop_back kind:container host:fra-1")
    expect(page.locator("#find-note")).to_contain_text("match")
    names = page.locator("#tree [role=treeitem]")
    box.press("Enter")
    page.locator("#flip-tree").click()
    expect(names.filter(has_text="shop-db")).to_have_count(1)
    expect(names.filter(has_text="prometheus")).to_have_count(0)
    box.fill("netz:web")
    expect(page.locator("#find-note")).to_contain_text("is not known")
    assert box.get_attribute("aria-invalid") == "true"


def test_a_link_restores_selection_and_filter_and_back_goes_back(visit: Visit, stage: Stage) -> None:
    visitor = visit()
    page = visitor.page
    actions = Actions(page)
    actions.find("shop-web")
    expect(page.locator("#inspected")).to_contain_text("shop-web")
    actions.find("shop-db")
    expect(page.locator("#inspected")).to_contain_text("shop-db")
    page.locator("#find").fill("net:shop_back")
    page.locator("#find").press("Enter")
    page.wait_for_url("**#*q=net*")
    link = page.url
    page.go_back()
    page.go_back()
    expect(page.locator("#inspected")).to_contain_text("shop-web")
    other = visitor.new_page()
    other.goto(link)
    expect(other.locator("#inspected")).to_contain_text("shop-db")
    expect(other.locator("#find")).to_have_value("net:shop_back")
