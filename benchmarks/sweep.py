"""A /24 with 40 alive, against the programs that people use: `python -m benchmarks.sweep [ROUNDS]` (root, nmap, fping).

By turns in one run, from the host's side of a bridge: netboard's whole sweep (process and all), `nmap -sn -n` and
`fping -a -q -g`, each with its defaults as somebody would type them. The figure: the least and the median time of each.
Budget: netboard is faster than the faster of the two.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from netboard.adapters.probe.sweep import Ask
from tests.adapters.probe.lab import Lab, swept

ALIVE = 40


def programs(lab: Lab) -> dict[str, Callable[[], int]]:
    """What is compared: each returns how many it found alive."""
    enter = ["nsenter", f"--net={lab.hub.path}"]

    def netboard() -> int:
        return len(swept(lab.hub, Ask(cidr=lab.cidr, known=known)).alive)

    def nmap() -> int:
        said = subprocess.run([*enter, "nmap", "-sn", "-n", lab.cidr], capture_output=True, text=True, check=True)
        return said.stdout.count("Host is up")

    def fping() -> int:
        words = [*enter, "fping", "-a", "-q", "-g", lab.cidr]
        return len(subprocess.run(words, capture_output=True, text=True, check=False).stdout.split())

    known = tuple((lab.address(number), "") for number in range(2, 2 + ALIVE))
    return {"netboard": netboard, "nmap": nmap, "fping": fping}


def main() -> None:
    """Print the table; fail where the budget is not kept."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    times: dict[str, list[float]] = {}
    with Lab() as lab:
        lab.add(*range(2, 2 + ALIVE))
        compared = programs(lab)
        for _ in range(rounds):
            for name, run in compared.items():
                before = time.perf_counter()
                found = run()
                times.setdefault(name, []).append(time.perf_counter() - before)
                if found != ALIVE + 1:  # the bridge's own address as well
                    print(f"{name} found {found} of {ALIVE + 1}")
    for name, taken in times.items():
        print(f"{name:10} least {min(taken):6.3f} s   median {statistics.median(taken):6.3f} s")
    others = min(statistics.median(times["nmap"]), statistics.median(times["fping"]))
    mine = statistics.median(times["netboard"])
    print(f"netboard takes {mine / others:.2f} of the time of the faster of the two")
    if mine >= others:
        sys.exit("slower than the faster of the two")


if __name__ == "__main__":
    main()
