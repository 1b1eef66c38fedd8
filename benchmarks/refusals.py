"""What it costs to refuse what nobody may have: a /0, loopback, multicast, the host's own LAN, host bits set.

    python -m benchmarks.refusals [--rounds 20]

A web process of its own on a simulated host. Each refusal is a request over REST; what is measured is the CPU time that
the web process spends on it (waiting for other programs does not count), and by how much its memory grows over all.
"""

import argparse
import os
import statistics
from pathlib import Path
from typing import Final

import requests

from tests.faults.test_database import HOST, serving
from tests.support.web import Web

LIMIT: Final = 0.050
"""Seconds of CPU for one refusal."""
GROWTH: Final = 8 * 1024 * 1024
"""Bytes that the process may grow over all of them: some caches fill."""
REFUSED: Final = (
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1",
    "127.0.0.0/8",
    "224.0.0.0/4",
    "10.0.0.1/24",
    "fe80::/64",
    "1.0.0.0/1",
)
_TICK: Final = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure all of them; exit code 1 where the budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with serving("") as web, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {web.tokens['otto']}"
        for subnet in REFUSED:
            _refuse(web, session, subnet)
        before = _resident(web)
        each = []
        for subnet in REFUSED:
            began = _spent(web)
            for _ in range(rounds):
                _refuse(web, session, subnet)
            each.append((_spent(web) - began) / rounds)
            print(f"{subnet:12} {each[-1] * 1000:.1f} ms of CPU")
        grown = _resident(web) - before
    kept = max(each) <= LIMIT and grown <= GROWTH
    print(f"median {statistics.median(each) * 1000:.1f} ms, most {max(each) * 1000:.1f} ms of CPU")
    print(f"memory: {grown / 2**20:+.1f} MB")
    print(f"budget: {LIMIT * 1000:.0f} ms, {GROWTH / 2**20:.0f} MB")
    return 0 if kept else 1


def _refuse(web: Web, session: requests.Session, subnet: str) -> None:
    field = "subnet6" if ":" in subnet else "subnet"
    body = {"kind": "network.create", "host": HOST, "spec": {"name": "wide", field: subnet}}
    answer = session.post(f"{web.url}/api/v1/operations", json=body, timeout=60)
    assert answer.status_code in (409, 422), answer.text


def _spent(web: Web) -> float:
    """Seconds of CPU that the web process has used so far, in all its threads."""
    assert web.process is not None
    fields = Path(f"/proc/{web.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _resident(web: Web) -> int:
    assert web.process is not None
    pages = int(Path(f"/proc/{web.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    raise SystemExit(main())
