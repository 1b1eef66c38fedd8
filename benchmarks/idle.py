"""What the watchers and the resolver cost while nothing changes: `python -m benchmarks.idle [NAMESPACES]` (root).

100 namespaces that only a process holds, the regular scan every 2 s, one comparison in the minute that is measured.
Budget: 0.5 % of a core, 90 MB. The floor: reading the link `ns/net` of every process once per scan, bare.
"""

import os
import sys
import time

from tests.lab.machine import Machine
from tests.lab.observed import Observed
from tests.support.wait import wait_until

SECONDS = 60.0
SCAN_EVERY = 1.8


def floor() -> float:
    """Percent of a core for one bare readlink per process and scan."""
    started = time.process_time()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                os.readlink(f"/proc/{name}/ns/net")
            except OSError:
                continue
    return 100 * (time.process_time() - started) / SCAN_EVERY


def main(count: int) -> None:
    """Build, settle, measure a minute."""
    with Machine(engine=False) as machine:
        script = f"for i in $(seq {count}); do unshare -n sleep 86400 & done; wait"
        holder = machine.spawn(["sh", "-c", script])
        with Observed(machine, engine=False, scan_every=SCAN_EVERY) as observed:
            wait_until(lambda: len(observed.facts()["namespaces"]) > count, what="all namespaces")
            time.sleep(10)
            before, started = observed.ask("usage"), time.monotonic()
            changes = observed.ask("counts")["changes"]
            time.sleep(SECONDS / 2)
            observed.differences()
            time.sleep(SECONDS / 2)
            after, ended = observed.ask("usage"), time.monotonic()
            told = observed.ask("counts")["changes"] - changes
        holder.kill()
        holder.wait()
    percent = 100 * (after["seconds"] - before["seconds"]) / (ended - started)
    print(f"{count} namespaces, no change, {ended - started:.0f} s; told {told} changes (1: the comparison)")
    print(f"  processor {percent:.2f} % of a core, budget 0.5: {'kept' if percent <= 0.5 else 'MISSED'}")
    print(f"  floor     {floor():.2f} % (bare readlinks, of all processes of this computer)")
    print(f"  resident  {after['megabytes']:.0f} MB, budget 90: {'kept' if after['megabytes'] <= 90 else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
