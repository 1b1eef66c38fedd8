"""What is painted in parts, or while the board moves, looks as if it were painted at once, pixel by pixel.

[simulated fleet] ─► store ─► renderer ─► canvas of a Chromium
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from benchmarks.board_page import board_page

pytestmark = pytest.mark.browser

SMOOTHED = 48
"""Of 255: edges of curves come out a little differently where something is cut off beside them."""
MOVES = {
    "a pan": "harness.renderer.pan(-37, 21)",
    "a pan to the upper left": "harness.renderer.pan(64, 48)",
    "a zoom": "harness.renderer.zoomAt(300, 200, 1.3)",
    "a zoom out": "harness.renderer.zoomAt(500, 300, 0.6)",
    "a zoom in steps": "harness.renderer.zoom(1.1); await new Promise(setTimeout); harness.renderer.zoom(1.2)",
    "a flight": "harness.renderer.fit([harness.ids('container')[3]])",
    "a change": "harness.change(harness.ids('container')[5], 'down')",
    "a change far away": "harness.renderer.fit(); harness.change(harness.ids('container').at(-1), 'paused')",
    "a mark": "harness.mark([[harness.ids('container')[7], 'lost'], [harness.ids('network')[1], 'cause']])",
    "no mark": "harness.mark([])",
    "a choice": "harness.renderer.select(new Set([harness.ids('container')[2]]))",
    "hovering": "harness.renderer.hover(200, 300)",
    "a filter": "harness.renderer.highlight(new Set(harness.ids('network')))",
    "a pan of what is dimmed": "harness.renderer.pan(5, -90)",
}


@pytest.fixture(scope="module", params=["", "#heavy"], ids=["light work", "heavy work"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """Six hosts in a small window, painted anew when they move, or moved as pictures."""
    with board_page(700, 500, str(request.param)) as opened:
        opened.emulate_media(reduced_motion="reduce")
        opened.evaluate("harness.load(harness.text(6, 10, 7))")
        opened.evaluate("harness.renderer.setCamera({x: 20, y: 10, scale: 1})")
        yield opened


def test_parts_equal_the_whole(page: Page) -> None:
    seen = set()
    for what, script in MOVES.items():
        found = page.evaluate(f"async () => {{ {script}; return harness.compare(); }}")
        assert found["worst"] <= SMOOTHED, what
        seen.add(found["picture"])
    assert len(seen) >= len(MOVES) - 4
