"""Networks are changed from the board, on a real engine, the way operators do.

[machine with an engine] ── observer, worker ── [site] ── a browser of otto, an operator
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.lab.machine import IMAGE
from tests.support.browser import Visitor
from tests.support.site import HOST, Site, new_name

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.process]


@pytest.fixture
def board(site: Site) -> Iterator[Site]:
    """The site with an empty engine; what the test makes is removed."""
    site.clear()
    yield site
    site.clear()


@pytest.fixture
def otto(board: Site, chromium: Browser) -> Iterator[Visitor]:
    """An operator, signed in. Fails the test if one of the pages had an error."""
    visitor = Visitor(chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB"), board.web)
    try:
        visitor.sign_in("otto")
        yield visitor
    finally:
        visitor.context.close()
    assert visitor.errors == []


def preview(page: Page) -> Locator:
    return page.locator("#preview")


def ends(page: Page, state: str) -> None:
    """Wait on an operation's own page until it has ended like this."""
    expect(page.locator(f"#progress[data-state={state}]")).to_be_visible(timeout=120_000)


def test_a_network_from_its_plan_to_its_end(otto: Visitor, board: Site) -> None:
    name, container = new_name("net"), new_name("web")
    page = otto.board(f"#s={HOST}")
    # Preview: from the host's details to the form, which says what it would do while one types.
    page.locator("#inspector a[data-kind='network.create']").click()
    page.locator("#id_name").fill(name)
    expect(preview(page)).to_contain_text(
        f"docker network create -d bridge --subnet 10.100.0.0/24 --gateway 10.100.0.1 {name}"
    )
    page.locator("#id_subnet").fill("10.100.0.7/24")
    expect(page.locator("#said-subnet")).to_contain_text("has host bits set")
    page.locator("#id_subnet").fill("")
    expect(page.locator("#said-subnet")).to_be_empty()
    preview(page).locator("a", has_text="Show on the board").click()
    # Create: drawn on the board, done from there, its steps as they go.
    expect(page.locator("#board")).to_have_attribute("data-planned", "1")
    expect(page.locator("#plan")).to_contain_text("Nothing stands in its way.")
    page.locator("#plan-do").click()
    expect(page.locator("#plan-state[data-state=done]")).to_be_visible(timeout=120_000)
    for step in ("check", "create", "verify"):
        expect(page.locator(f"#plan [data-step={step}]")).to_have_attribute("data-state", "done")
    expect(page.locator("#plan [data-step=verify]")).to_contain_text("has the gateway's address 10.100.0.1")
    page.locator("#plan-discard").click()
    expect(page.locator("#plan")).to_be_hidden()
    # See it on the board, and go on from there: attach and publish.
    page.locator("#find").fill(name)
    page.locator("#hits li", has_text=name).first.click()
    expect(page.locator("#inspected")).to_contain_text(name)
    page.locator("#inspector a[data-kind='container.run']").click()
    for field, value in (("name", container), ("image", IMAGE), ("command", "sleep 86400"), ("ports", "18080:80")):
        page.locator(f"#id_{field}").fill(value)
    expect(page.locator("#id_address")).to_have_attribute("placeholder", "10.100.0.2")
    expect(preview(page)).to_contain_text("-p 18080:80")
    page.locator("#spec button[type=submit]").click()
    ends(page, "done")
    page.locator("#progress a", has_text="Show on the board").click()
    expect(page.locator("#inspected")).to_contain_text(container)
    expect(page.locator("#inspector")).to_contain_text("10.100.0.2")
    expect(page.locator("#inspector")).to_contain_text("0.0.0.0:18080 → 80/tcp")
    # A network in use is not deleted, and the page says who uses it.
    network = board.on_board(name)["id"]
    page = otto.board(f"#s={network}")
    page.locator("#inspector a[data-kind='network.delete']").click()
    expect(preview(page).locator("[data-code=network_in_use]")).to_contain_text(container)
    page.locator("#spec button[type=submit]").click()
    expect(page.locator("#preview [data-code=network_in_use]")).to_contain_text(container)
    assert name in board.made_networks().values()
    # Take the container away, and then it goes.
    page = otto.board(f"#s={board.on_board(container, 'container')['id']}")
    page.locator("#inspector a[data-kind='container.remove']").click()
    page.locator("#spec button[type=submit]").click()
    ends(page, "done")
    page = otto.board(f"#s={network}")
    page.locator("#inspector a[data-kind='network.delete']").click()
    expect(preview(page).locator("[data-code=network_in_use]")).to_have_count(0)
    preview(page).locator("a", has_text="Show on the board").click()
    page.locator("#plan-do[aria-disabled=false]").click()
    expect(page.locator("#plan-state[data-state=done]")).to_be_visible(timeout=120_000)
    page.goto("about:blank")
    page = otto.board(f"#s={network}")
    expect(page.locator("#inspected")).to_have_text("Not here any more")
    assert board.made_networks() == {}


def test_what_fails_is_taken_back_and_says_why(otto: Visitor, board: Site) -> None:
    """The program does not exist: the engine makes the container and cannot start it."""
    container = new_name("ghost")
    page = otto.open(f"/operations/new/container.run/?host={HOST}")
    page.locator("#id_network").select_option(label="bridge (bridge)")
    for field, value in (("name", container), ("image", IMAGE), ("command", "/no/such/program")):
        page.locator(f"#id_{field}").fill(value)
    page.locator("#spec button[type=submit]").click()
    ends(page, "rolled_back")
    expect(page.locator("#progress .message.error")).to_contain_text("/no/such/program")
    expect(page.locator("#progress [data-step=start]")).to_have_attribute("data-state", "failed")
    expect(page.locator("#progress [data-step=undo]")).to_contain_text("What was made is gone again.")
    assert board.machine.engine.containers(all=True) == []


def test_a_plan_in_a_link_is_made_anew_when_the_host_changes(otto: Visitor, board: Site) -> None:
    """What somebody else does meanwhile shows in the plan without a click."""
    name = new_name("net")
    page = otto.board(f'#plan=network.create~{HOST}~{{"name":"{name}","subnet":"10.101.0.0/24"}}')
    expect(page.locator("#plan-do")).to_have_attribute("aria-disabled", "false")
    board.machine.network("outside", subnet="10.101.0.0/24")
    expect(page.locator("#plan .finding[data-severity=refuse]")).to_contain_text("outside")
    expect(page.locator("#plan-do")).to_have_attribute("aria-disabled", "true")
    page.locator("#plan-discard").click()
    expect(page.locator("#plan")).to_be_hidden()
    assert "plan" not in page.url
    page.go_back()
    expect(page.locator("#plan .finding[data-severity=refuse]")).to_contain_text("outside")
