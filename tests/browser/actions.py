"""What a person does on the board, counted; an action is a click, a key, or words typed into the box."""

from typing import Any

from playwright.sync_api import Page


class Actions:
    """Counts what a person does on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, selector: str, **options: Any) -> None:
        self.count += 1
        self.page.locator(selector).first.click(**options)

    def find(self, words: str) -> None:
        """Type into the box that is always there and take the first hit: one action."""
        self.count += 1
        box = self.page.locator("#find")
        box.fill(words)
        self.page.locator("#hits li").first.wait_for()
        box.press("ArrowDown")
        box.press("Enter")
