"""How long the board's layout takes: `python -m benchmarks.board_layout`. Budget: 10,000 nodes in 10 ms."""

from benchmarks.board_page import FLEETS, board_page, percentile, verdict

BUDGET = {2_000: 2.0, 10_000: 10.0, 50_000: 50.0}
"""Milliseconds; the second is the stated budget, the others what O(n) makes of it."""


def main() -> None:
    """Print, for each size, the first (cold) layout and the median of the next 30."""
    with board_page() as page:
        for size, (hosts, containers) in FLEETS.items():
            load = f"harness.load(harness.text({hosts}, {containers}, 7))"
            nodes = page.evaluate(f"async () => (await {load}).nodes")
            times: list[float] = page.evaluate("() => harness.layout(31)")
            median = percentile(times[1:], 0.5)
            print(
                f"layout of {nodes:6d} nodes: first {times[0]:6.1f} ms, then {median:6.1f} ms, "
                f"budget {BUDGET[size]:4.0f} ms: {verdict(median, BUDGET[size])}"
            )


if __name__ == "__main__":
    main()
