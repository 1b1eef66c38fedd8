"""The questions that the picture answers, on a real engine and kernel: each in at most two actions from the board.

[machine: shop (bridge), cut (internal), plant (macvlan on quest0)] ── observer ── [site] ── a browser of otto

What is expected is what the engine and `ip` themselves say.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.actions import Actions
from tests.lab.machine import IMAGE
from tests.support.browser import Visitor
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.process]

PARENT = "quest0"
"""Other tests in the same machine have parents of their own."""
PORT = 18080


@pytest.fixture(scope="module")
def lab(site: Site) -> Iterator[Site]:
    """web is published and on shop; api on shop and cut; db on cut; plc on plant, a macvlan network."""
    site.clear()
    machine = site.machine
    machine.run(["ip", "link", "delete", PARENT], check=False)
    machine.ip(f"link add {PARENT} type veth peer name {PARENT}-end")
    for end in (PARENT, f"{PARENT}-end"):
        machine.ip(f"link set {end} up")
    try:
        site.do("network.create", name="shop", subnet="10.77.1.0/24")
        machine.network("cut", subnet="10.77.2.0/24", internal=True)
        machine.network("plant", driver="macvlan", subnet="10.77.9.0/24", options={"parent": PARENT})
        run = ("run", "--detach", "--name", "web", "--network", "shop", "--publish", f"{PORT}:80")
        machine.docker(*run, IMAGE, "sleep", "86400")
        machine.container("api", "shop")
        machine.engine.connect_container_to_network("api", "cut")
        machine.container("db", "cut")
        machine.container("plc", "plant")
        for name in ("web", "api", "db", "plc"):
            site.on_board(name, "container")
        yield site
    finally:
        site.clear()
        machine.ip(f"link delete {PARENT}")


@pytest.fixture(scope="module")
def browser(lab: Site, chromium: Browser) -> Iterator[Visitor]:
    """otto, an operator, signed in once for all questions."""
    visitor = Visitor(chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB"), lab.web)
    try:
        visitor.sign_in("otto")
        yield visitor
    finally:
        visitor.context.close()
    assert visitor.errors == []


@pytest.fixture
def board(browser: Visitor) -> Page:
    """The board as it opens: nothing chosen, nothing typed."""
    return browser.board()


def pane(page: Page) -> Locator:
    return page.locator("#inspector")


def test_1_which_networks_addresses_and_macs_a_container_has(board: Page, lab: Site) -> None:
    actions = Actions(board)
    actions.find("api")
    ends = lab.machine.engine.inspect_container("api")["NetworkSettings"]["Networks"]
    assert sorted(ends) == ["cut", "shop"]
    for network, end in ends.items():
        expect(pane(board)).to_contain_text(network)
        expect(pane(board)).to_contain_text(end["IPAddress"])
        expect(pane(board)).to_contain_text(end["MacAddress"])
    assert actions.count <= 2


def test_2_which_veth_belongs_to_a_container_and_back(board: Page, lab: Site) -> None:
    machine = lab.machine
    inner = next(
        one for one in machine.links(["-t", str(machine.pid_of("web")), "--net"]) if one["ifname"].startswith("eth0")
    )
    outer = next(one["ifname"] for one in machine.links() if one["ifindex"] == inner["link_index"])
    there = Actions(board)
    there.find("web")
    expect(pane(board)).to_contain_text(outer)
    back = Actions(board)
    back.find(outer)
    expect(board.locator("#inspected")).to_contain_text(outer)
    expect(pane(board).locator("section", has_text="Belongs to")).to_contain_text("web")
    assert max(there.count, back.count) <= 2


def test_4_which_containers_are_exposed_through_which_port(board: Page) -> None:
    exposed = pane(board).locator("section", has_text="Exposed ports")
    expect(exposed).to_contain_text("web")
    expect(exposed).to_contain_text(f"0.0.0.0:{PORT} → 80/tcp")
    actions = Actions(board)
    actions.find(f"port:{PORT}")
    expect(board.locator("#inspected")).to_contain_text("web")
    expect(pane(board)).to_contain_text("reachable by every machine")
    assert actions.count <= 2


def test_6_how_full_a_subnet_is_and_what_is_free(board: Page) -> None:
    actions = Actions(board)
    actions.find("shop")
    expect(pane(board)).to_contain_text("10.77.1.0/24")
    expect(pane(board)).to_contain_text(re.compile(r"[23] of 25[34]"))
    expect(pane(board)).to_contain_text("10.77.1.4")
    assert actions.count <= 2


def test_7_what_changed_lately_and_who_did_it(board: Page, lab: Site) -> None:
    actions = Actions(board)
    feed = board.locator("#feed li")
    made = feed.filter(has_text="shop").filter(has_text="otto")
    expect(made.first).to_be_visible()
    lab.machine.engine.stop("db", timeout=0)
    expect(feed.filter(has_text="db").filter(has_text="stopped").first).to_be_visible()
    lab.machine.engine.start("db")
    expect(feed.filter(has_text="db").filter(has_text="up").first).to_be_visible()
    assert actions.count == 0


def test_10_which_interface_carries_a_macvlan_network(board: Page) -> None:
    actions = Actions(board)
    actions.find("plant")
    expect(pane(board)).to_contain_text(PARENT)
    assert actions.count <= 2


def test_11_who_loses_what_if_a_bridge_fails(board: Page, lab: Site) -> None:
    [network] = lab.machine.engine.networks(names=["cut"])
    actions = Actions(board)
    actions.find(f"br-{network['Id'][:12]}")
    actions.click("#act-impact")
    losses = board.locator(".losses")
    expect(losses).to_contain_text("db")
    expect(losses).to_contain_text("api")
    expect(losses).not_to_contain_text("plc")
    assert actions.count <= 2
