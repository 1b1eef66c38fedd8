"""A real Chromium: one for a module, a fresh context for a test. What the page logs as an error fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support.stage import PASSWORD, Stage

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE = 45_000
"""Milliseconds that a page may take for anything on a busy machine."""

expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The module's browser. Playwright keeps an event loop running in this thread: it must end before other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Served(Protocol):
    """A board that answers somewhere."""

    url: str


class Visitor:
    """One person at one browser. `errors` gathers what went wrong on any of its pages."""

    def __init__(self, context: BrowserContext, stage: Served) -> None:
        self.context, self.stage = context, stage
        self.errors: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """A further tab."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium also notes a form that was answered with what is wrong with it, which is as it should be.
        if message.type == "error" and "net::ERR_" not in message.text and "status of 422" not in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def sign_in(self, user: str = "ada", password: str = PASSWORD) -> Page:
        """Sign in on the page, as people do; ends on the live board."""
        self.page.goto(f"{self.stage.url}/sign-in/")
        self.page.locator("input[name=username]").fill(user)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.locator("#board[data-ready]").wait_for()
        return self.page

    def open(self, path: str) -> Page:
        """Go to a page of the board."""
        self.page.goto(f"{self.stage.url}{path}")
        return self.page

    def board(self, fragment: str = "") -> Page:
        """The live board, with a view."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.stage.url}/{fragment}")
        self.page.locator("#board[data-ready]").wait_for()
        return self.page


@pytest.fixture
def visit(chromium: Browser, stage: Stage) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, signed in: `visit(color_scheme="light", viewport={…})`. Fails the test if a page had an error."""
    made: list[Visitor] = []

    def make(signed_in: bool = True, **options: Any) -> Visitor:
        wanted: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options}
        visitor = Visitor(chromium.new_context(**wanted), stage)
        made.append(visitor)
        if signed_in:
            visitor.sign_in()
        return visitor

    try:
        yield make
    finally:
        for visitor in made:
            visitor.context.close()
    assert [error for visitor in made for error in visitor.errors] == []


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong on a page, a line for each."""
    script = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
    # Evaluated, not added as a script tag: the page's policy would refuse that.
    page.evaluate(script.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
        " 'best-practice']})).violations"
    )
    return [
        f"{each['id']}: {each['help']}: {[' '.join(map(str, node['target'])) for node in each['nodes']][:4]}"
        f" {each['nodes'][0].get('failureSummary', '')}"
        for each in found
    ]
