"""A /16 on a bridge with 40 alive: `python -m benchmarks.sweep_large [ROUNDS]` (root, nmap, fping).

By turns in one run: netboard's whole sweep of 65,536 addresses; bare `sendmmsg` of the same frames at the same pace;
and, of a slice only, scaled to 65,536 addresses, `fping -i 1 -r 0` (its pace of 1 ms, on a /22) and `nmap -sn -n` (on a
/23: of silent addresses, which is nearly all of a /16). Budgets: netboard at least 15 times as fast as fping, 200 times
as nmap, and at most 1.3 times the time of the bare frames.
"""

import socket
import statistics
import subprocess
import sys
import time

from netboard.adapters.probe.frames import BROADCAST, arp_head
from netboard.adapters.probe.native import Outbox
from netboard.adapters.probe.sweep import Ask
from tests.adapters.probe.lab import Lab, swept

ALIVE = 40
ADDRESSES = 65_536
PACE = 30_000.0
BATCH = 12
"""What a sweep with 41 ports takes: 500 copies."""


def bare(lab: Lab) -> float:
    """Seconds that nothing but the frames takes."""
    wire = lab.hub.inside(_open)
    own = wire.getsockname()[4]
    head = arp_head(BROADCAST, own, socket.inet_aton(f"{lab.net}.1"))
    base = int.from_bytes(socket.inet_aton(f"{lab.net}.0"), "big")
    outbox = Outbox(BATCH, 64)
    before, sent = time.perf_counter(), 0
    while sent < ADDRESSES:
        ahead = sent / PACE - (time.perf_counter() - before)
        if ahead > 0:
            time.sleep(max(ahead, 0.002))
        count = min(BATCH, ADDRESSES - sent)
        sent += outbox.send(wire, [head + (base + sent + place).to_bytes(4, "big") for place in range(count)])
    taken = time.perf_counter() - before
    wire.close()
    return taken


def sliced(lab: Lab, words: list[str], cidr: str, addresses: int) -> float:
    """Seconds of a program on a slice, scaled to the whole."""
    before = time.perf_counter()
    subprocess.run([*("nsenter", f"--net={lab.hub.path}"), *words, cidr], capture_output=True, check=False)
    return (time.perf_counter() - before) * ADDRESSES / addresses


def netboard(lab: Lab) -> float:
    """Seconds of a whole sweep."""
    before = time.perf_counter()
    found = swept(lab.hub, Ask(cidr=lab.cidr, pace=PACE))
    taken = time.perf_counter() - before
    if len(found.alive) != ALIVE + 1:
        print(f"netboard found {len(found.alive)} of {ALIVE + 1}")
    return taken


def main() -> None:
    """Print the table; fail where a budget is not kept."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: dict[str, list[float]] = {"netboard": [], "bare": [], "fping": [], "nmap": []}
    with Lab("10.98.0", 16) as lab:
        lab.add(*range(2, 2 + ALIVE))
        for _ in range(rounds):
            times["netboard"].append(netboard(lab))
            times["bare"].append(bare(lab))
            times["fping"].append(sliced(lab, ["fping", "-a", "-q", "-i", "1", "-r", "0", "-g"], "10.98.64.0/22", 1024))
            times["nmap"].append(sliced(lab, ["nmap", "-sn", "-n"], "10.98.80.0/23", 512))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        scaled = " (a slice, scaled)" if name in ("fping", "nmap") else ""
        print(f"{name:10} least {min(taken):8.2f} s   median {medians[name]:8.2f} s{scaled}")
    ratios = [mine / floor for mine, floor in zip(times["netboard"], times["bare"], strict=True)]
    times_fping, times_nmap = medians["fping"] / medians["netboard"], medians["nmap"] / medians["netboard"]
    print(f"fping takes {times_fping:.0f} ×, nmap {times_nmap:.0f} ×")
    print(f"of bare frames: {min(ratios):.2f} × at least, {statistics.median(ratios):.2f} × median")
    if times_fping < 15 or times_nmap < 200 or min(ratios) > 1.3:
        sys.exit("a budget is not kept")


def _open() -> socket.socket:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind(("br0", 0))
    return wire


if __name__ == "__main__":
    main()
