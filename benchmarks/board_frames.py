"""How smooth the board is in a real Chromium without GPU at 1600×1000: `python -m benchmarks.board_frames`.

For each size: the main thread's work per frame while panning and zooming, frames dropped, first paint after the
snapshot's text arrived, delta to paint, and the heap. Each with its budget.
"""

import sys
from typing import Any

from playwright.sync_api import Page

from benchmarks.board_page import FLEETS, board_page, percentile, verdict

WORK = {2_000: 10.0, 10_000: 16.0, 50_000: 33.0}
DROPPED = {2_000: 1.0, 10_000: 2.0, 50_000: 10.0}
FIRST = {2_000: 100.0, 10_000: 150.0, 50_000: 750.0}
DELTA = {2_000: 33.0, 10_000: 33.0, 50_000: 66.0}
HEAP = {2_000: 8.0, 10_000: 20.0, 50_000: 100.0}
FRAME = 1000 / 60


def dropped(between: list[float]) -> float:
    """Percent of frames that the screen waited for in vain."""
    lost = sum(max(0, round(time / FRAME) - 1) for time in between)
    return 100 * lost / (lost + len(between))


def heap(page: Page) -> float:
    """Megabytes of live JavaScript objects after a collection."""
    page.evaluate("() => { gc(); gc(); }")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize")) / 1e6


def line(what: str, figure: float, unit: str, budget: float) -> None:
    """Print one figure beside its budget."""
    print(f"  {what:34s} {figure:7.1f} {unit:2s}  budget {budget:5.0f}: {verdict(figure, budget)}")


def measure(size: int) -> None:
    """One fleet in a fresh page."""
    hosts, containers = FLEETS[size]
    with board_page() as page:
        page.evaluate(f"() => {{ window.snapshot = harness.text({hosts}, {containers}, 7); }}")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        first: dict[str, Any] = page.evaluate("() => harness.load(window.snapshot)")
        page.evaluate("() => { window.snapshot = null; }")
        print(f"{first['nodes']} nodes")
        line("snapshot arrived to first paint", first["total"], "ms", FIRST[size])
        print(f"    of it parsing {first['parse']:.1f} ms, store {first['store']:.1f} ms")
        ride: dict[str, list[float]] = page.evaluate("() => harness.ride(360)")
        line("main thread per frame, p95", percentile(ride["work"], 0.95), "ms", WORK[size])
        print(f"    of it painting {percentile(ride['paint'], 0.95):.1f} ms, up to {max(ride['items']):.0f} boxes")
        line("frames dropped", dropped(ride["between"]), "%", DROPPED[size])
        deltas: list[float] = page.evaluate("() => harness.deltas(60)")
        line("delta to paint, p95", percentile(deltas, 0.95), "ms", DELTA[size])
        line("heap", heap(page), "MB", HEAP[size])


def main() -> None:
    """Measure the sizes given as arguments, or all."""
    for size in [int(word) for word in sys.argv[1:]] or list(FLEETS):
        measure(size)


if __name__ == "__main__":
    main()
