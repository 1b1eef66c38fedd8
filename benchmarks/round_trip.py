"""How near a sweep's round-trip times are to the kernel's own: `python -m benchmarks.round_trip [ROUNDS]` (root).

A second packet socket on the bridge, as tcpdump has one, stamps every question that leaves and every answer that
comes. The figure: the median, over all addresses, of what the sweep tells less what those stamps say. Budget: 20 µs.
"""

import socket
import statistics
import struct
import sys

from netboard.adapters.probe.sweep import Ask
from tests.adapters.probe.lab import Lab, swept

ALIVE = 40
BUDGET = 20.0


def tapped(wire: socket.socket) -> dict[str, float]:
    """Microseconds between the first answer for each address and the last question before it."""
    asked: dict[str, int] = {}
    found: dict[str, float] = {}
    try:
        while True:
            frame, control, _, _ = wire.recvmsg(128, 64)
            seconds, nanoseconds = struct.unpack_from("qq", control[0][2])
            at = seconds * 1_000_000_000 + nanoseconds
            if frame[20:22] == b"\0\1":
                asked[socket.inet_ntoa(frame[38:42])] = at
            elif (address := socket.inet_ntoa(frame[28:32])) in asked and address not in found:
                found[address] = (at - asked[address]) / 1000
    except BlockingIOError:
        return found


def main() -> None:
    """Print the figures; fail where the budget is not kept."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    differences: list[float] = []
    told: list[float] = []
    with Lab() as lab:
        lab.add(*range(2, 2 + ALIVE))
        known = tuple((lab.address(number), lab.mac(number)) for number in range(2, 2 + ALIVE))
        wire = lab.hub.inside(_open)
        for _ in range(rounds):
            rows = swept(lab.hub, Ask(cidr=lab.cidr, known=known)).rows
            for address, rtt in tapped(wire).items():
                own = rows[address]["rtt_us"]
                if own is not None:
                    told.append(own)
                    differences.append(own - rtt)
        wire.close()
    off = statistics.median(abs(one) for one in differences)
    print(f"{len(differences)} round trips, median {statistics.median(told):.1f} µs")
    print(f"off by {statistics.median(differences):+.1f} µs (median), {off:.1f} µs without sign; budget {BUDGET} µs")
    if off > BUDGET:
        sys.exit("off by more than the budget")


def _open() -> socket.socket:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
    wire.bind(("br0", 0x0003))  # everything: only such a socket sees what leaves
    wire.setblocking(False)
    return wire


if __name__ == "__main__":
    main()
