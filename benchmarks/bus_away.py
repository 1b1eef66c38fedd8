"""How long the board takes while Redis or Valkey is away: to accept an operation, to say so on a screen, to recover.

    python -m benchmarks.bus_away [--seconds 10]

A web process of its own on a simulated host, with a browser's socket open. The bus is stopped (it keeps its connections
and says nothing), then killed and started anew, for so many seconds each.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable
from typing import Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.faults.test_database import HOST, serving, submit
from tests.support.valkey import Valkey
from tests.support.web import Web

LIMIT: Final = 2.0
"""Seconds within which an operation is accepted."""


class Screen:
    """Notes when notices about the bus arrive at an open page."""

    def __init__(self, opened: ClientConnection) -> None:
        self._opened = opened
        self._noted: dict[str, float] = {}
        self._changed = threading.Condition()
        opened.send(json.dumps({"type": "hello", "scope": {"hosts": [HOST], "detail": "fleet"}}))
        threading.Thread(target=self._read, name="screen", daemon=True).start()

    def _read(self) -> None:
        try:
            for text in self._opened:
                frame = json.loads(text)
                if frame["type"] == "notice":
                    with self._changed:
                        self._noted[frame["code"]] = time.perf_counter()
                        self._changed.notify_all()
        except ConnectionClosed:
            return

    def noted(self, code: str, since: float) -> float:
        """Seconds after `since` at which this notice came."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._noted.get(code, 0.0) > since, 60), f"{code} never came"
            return self._noted[code] - since


def main() -> int:
    """Measure both ways of being away; exit code 1 where the budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    seconds = parser.parse_args().seconds
    valkey = Valkey()
    kept = True
    with serving("", valkey) as web, web.socket(token=web.tokens["otto"], origin=None) as opened:
        screen = Screen(opened)
        assert submit(web).status_code == 201
        for how, away, back in (("stopped", valkey.stop, valkey.go_on), ("killed", valkey.kill, valkey.start)):
            slowest = _while_away(web, screen, how, away, back, seconds)
            kept = kept and slowest <= LIMIT
    print(f"budget: {LIMIT:.0f} s")
    return 0 if kept else 1


def _while_away(
    web: Web, screen: Screen, how: str, away: Callable[[], object], back: Callable[[], object], seconds: float
) -> float:
    gone = time.perf_counter()
    away()
    slowest, accepted = 0.0, 0
    while time.perf_counter() - gone < seconds:
        began = time.perf_counter()
        assert submit(web).status_code == 201
        slowest, accepted = max(slowest, time.perf_counter() - began), accepted + 1
    said = screen.noted("bus_silent", gone)
    back()
    returned = time.perf_counter()
    live = screen.noted("bus_live", returned)
    print(
        f"{how:8} for {seconds:.0f} s: {accepted} accepted, the slowest in {slowest:.2f} s; "
        f"on screen after {said:.2f} s; live again {live:.2f} s after it was back",
        flush=True,
    )
    return slowest


if __name__ == "__main__":
    raise SystemExit(main())
