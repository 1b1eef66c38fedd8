"""How soon a namespace that only a process holds is seen: `python -m benchmarks.namespace_seen` (root).

The kernel announces nothing of it, so the bound is the scan's interval: 2 s. The floor is the interval's half.
"""

import statistics
import time
from functools import partial

from tests.lab.machine import Machine
from tests.lab.observed import Observed
from tests.support.wait import wait_until

ROUNDS = 20
SCAN_EVERY = 1.8


def _new(observed: Observed, before: set[str]) -> set[str]:
    """Keys of the namespaces that were not seen before."""
    return {one["key"] for one in observed.facts()["namespaces"]} - before


def main() -> None:
    """Twenty namespaces, one after the other, at odd moments."""
    times: list[float] = []
    with Machine(engine=False) as machine, Observed(machine, engine=False, scan_every=SCAN_EVERY) as observed:
        for number in range(ROUNDS):
            time.sleep(number % 7 * 0.3)
            before = {one["key"] for one in observed.facts()["namespaces"]}
            started = time.monotonic()
            holder = machine.spawn(["unshare", "-n", "sleep", "86400"])
            wait_until(partial(_new, observed, before), every=0.005, what="the namespace")
            times.append(time.monotonic() - started)
            holder.kill()
            holder.wait()
    worst = max(times)
    print(f"seen after p50 {statistics.median(times):.2f} s, at most {worst:.2f} s (process start included)")
    print(
        f"  floor: half the scan's interval, {SCAN_EVERY / 2:.1f} s; budget 2 s: {'kept' if worst <= 2.0 else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
