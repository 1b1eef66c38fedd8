"""A sweep from the board, on a real engine: it paints itself, and what is silent says why.

[machine: net 10.77.0.0/22 ── answers, quiet (its interface is down)] ── prober, monitor ── [site] ── otto's browser
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Visitor, axe
from tests.support.site import Site, new_name

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.process]

WATCH = """
() => {
  window.seen = [];
  const pane = document.getElementById("sweep");
  const note = () => pane.hidden || window.seen.push([pane.dataset.sweep, pane.dataset.state]);
  new MutationObserver(note).observe(pane, {attributes: true, childList: true});
}
"""
"""Notes each state in which a sweep is drawn."""


@pytest.fixture
def probing(site: Site) -> Iterator[Site]:
    """The site with an empty engine, its prober and its monitor; what the test makes is removed."""
    site.clear()
    site.start_prober()
    site.start_monitor()
    try:
        yield site
    finally:
        site.kill("prober")
        site.kill("monitor")
        site.clear()


@pytest.fixture
def otto(probing: Site, chromium: Browser) -> Iterator[Visitor]:
    """An operator, signed in. Fails the test if one of the pages had an error."""
    visitor = Visitor(chromium.new_context(viewport={"width": 1600, "height": 900}, locale="en-GB"), probing.web)
    try:
        visitor.sign_in("otto")
        yield visitor
    finally:
        visitor.context.close()
    assert visitor.errors == []


def swept(page: Page) -> str:
    """Wait until the sweep on the board is done; its id."""
    expect(page.locator("#sweep[data-state=done]")).to_be_visible(timeout=120_000)
    return page.locator("#sweep").get_attribute("data-sweep") or ""


def test_a_sweep_from_the_board_paints_itself_and_what_is_silent_says_why(otto: Visitor, probing: Site) -> None:
    machine = probing.machine
    name, answers, quiet = new_name("net"), new_name("answers"), new_name("quiet")
    machine.network(name, subnet="10.77.0.0/22")
    machine.container(answers, name)
    silent = machine.container(quiet, name)
    machine.run(["nsenter", "-t", str(machine.pid_of(silent)), "-n", "ip", "link", "set", "eth0", "down"])
    network = probing.on_board(name)["id"]
    for container in (answers, quiet):
        probing.on_board(container, "container")

    page = otto.board(f"#s={network}")
    page.evaluate(WATCH)
    page.locator("#act-sweep").click()
    first = swept(page)
    states = [state for sweep, state in page.evaluate("window.seen") if sweep == first]
    assert states[0] in ("planned", "running"), "it is painted while it runs"
    expect(page.locator("#board")).to_have_attribute("data-painted", "2")
    expect(page.locator("#sweep details.silent summary")).to_have_text("✕ 1 is silent")
    expect(page.locator("#sweep details.alive summary")).to_contain_text("2 answer as expected")
    assert axe(page) == []

    # Open the silent endpoint and read why.
    page.locator("#sweep details.silent button.jump", has_text=quiet).click()
    expect(page.locator("#inspected")).to_contain_text(quiet)
    expect(page.locator("#inspector .said[data-sign=silent]")).to_contain_text(f"The interface of {quiet} is down.")

    # Ask this one alone again, and the other one; then what passes it.
    page.locator("#act-why-0", has_text="Why silent?").click()
    expect(page.locator(f"#sweep:not([data-sweep='{first}'])")).to_be_visible()
    second = swept(page)
    assert second != first
    expect(page.locator("#inspector .said[data-sign=silent]")).to_contain_text(f"The interface of {quiet} is down.")
    page.locator("#sweep-close").click()
    expect(page.locator("#sweep")).to_be_hidden()
    expect(page.locator("#board")).to_have_attribute("data-painted", "0")
    page = otto.board(f"#s={probing.on_board(answers, 'container')['id']}")
    page.locator("#act-ping-0").click()
    swept(page)
    expect(page.locator("#sweep")).to_contain_text("10.77.0.0/22")
    expect(page.locator("#inspector .flow span.rx")).to_contain_text("B/s")


def test_traffic_can_be_paused_and_stays_paused(otto: Visitor, probing: Site) -> None:
    name = new_name("web")
    probing.machine.container(name)
    container = probing.on_board(name, "container")["id"]
    page = otto.board(f"#s={container}")
    expect(page.locator("#inspector .flow span.rx")).to_contain_text("B/s")
    page.locator("#traffic").click()
    expect(page.locator("#traffic")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#inspector .traffic")).to_contain_text("Paused")
    page = otto.board(f"#s={container}")
    expect(page.locator("#traffic")).to_have_attribute("aria-pressed", "false")
    page.locator("#traffic").click()
    expect(page.locator("#inspector .flow span.rx")).to_contain_text("B/s")
