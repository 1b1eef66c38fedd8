"""netboard's reader of counters, run inside a machine: a line in asks, a line of JSON out answers.

`read`: every reading (namespace, counters by ifindex); `self`: this process's threads' namespaces and descriptors.
"""

import json
import os
import sys

from netboard.adapters.kernel.statistics import KernelCounters


def main() -> None:
    """Answer until standard input ends."""
    counters = KernelCounters()
    for line in sys.stdin:
        if line.strip() == "read":
            answer: object = {one.namespace: one.devices for one in counters.read()}
        else:
            tasks = os.listdir("/proc/self/task")
            places = {os.readlink(f"/proc/self/task/{task}/ns/net") for task in tasks}
            answer = [len(places), len(os.listdir("/proc/self/fd"))]
        print(json.dumps(answer), flush=True)
    counters.close()


if __name__ == "__main__":
    main()
