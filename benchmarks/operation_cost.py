"""What one network costs from request to verified, against `docker network create` and the same checks by hand.

    python -m benchmarks.operation_cost [--sizes 1 100 500] [--rounds 9]

In a disposable machine with an engine of its own and a whole board around it (web, recorder, observer, one worker).
netboard: from the request over REST until the WebSocket tells that the operation is done, verified. By hand: one shell
inside the machine that makes the network with the docker command, inspects it, looks at device, route and NAT rule, and
asks the gateway by ARP from a scratch namespace. Both in turn, at so many existing networks; medians in ms.
"""

import argparse
import ipaddress
import json
import statistics
import time
from contextlib import ExitStack
from typing import Any, Final

import requests

from tests.lab.machine import Machine
from tests.support.site import HOST, Site, new_name
from tests.support.wait import wait_until

LIMIT: Final = 1.5
BY_HAND: Final = r"""
set -e
id=$(docker -H "$1" network create -d bridge --subnet "$3" --gateway "$4" "$2")
bridge=br-$(echo "$id" | cut -c1-12)
docker -H "$1" network inspect "$id" | grep -q "$3"
ip -o addr show dev "$bridge" | grep -q "$4"
ip route show dev "$bridge" | grep -q "$3"
iptables-save -t nat | grep -q -- "-s $3 .*MASQUERADE"
ip netns add "$2"
ip link add "p$5" type veth peer name probe netns "$2"
ip link set "p$5" master "$bridge" up
ip -n "$2" link set probe up
! ip netns exec "$2" busybox arping -q -D -c 2 -w 2 -I probe "$4"
ip netns del "$2"
"""


def main() -> int:
    """Measure all sizes; exit code 1 where the budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 500])
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    kept, first = True, 0.0
    with Machine() as machine:
        site = Site(machine, NETBOARD_LEASE="15", NETBOARD_RESEND_AFTER="5")
        try:
            site.start()
            for size in given.sizes:
                _fill(site, size)
                with Operator(site) as otto:
                    board, hand = _measure(site, otto, given.rounds)
                first = first or board
                kept = kept and board <= LIMIT * hand
                print(
                    f"{size:4} networks: netboard {board:.0f}, by hand {hand:.0f}; ratio {board / hand:.2f}; "
                    f"{board / first:.2f} x the first",
                    flush=True,
                )
        finally:
            site.close()
    print(f"budget: {LIMIT} x")
    return 0 if kept else 1


class Operator:
    """Somebody who submits operations and is told how they go, as a page is."""

    def __init__(self, site: Site) -> None:
        self._url = f"{site.web.url}/api/v1/operations"
        self._site = site
        self._token = site.web.tokens["otto"]
        self._open = ExitStack()

    def __enter__(self) -> "Operator":
        self._session = self._open.enter_context(requests.Session())
        self._session.headers["Authorization"] = f"Bearer {self._token}"
        self._told = self._open.enter_context(self._site.web.socket(token=self._token, origin=None))
        self._told.send(json.dumps({"type": "hello", "scope": {"hosts": [HOST], "detail": "fleet"}}))
        self._next("snapshot")
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def do(self, kind: str, **spec: Any) -> str:
        """Submit it and return its id once it is told to be done."""
        answer = self._session.post(self._url, json={"kind": kind, "host": HOST, "spec": spec}, timeout=120)
        assert answer.status_code == 201, answer.text
        operation: str = answer.json()["id"]
        while True:
            frame = self._next("operation")
            if frame["id"] == operation and frame["state"] in ("done", "failed", "rolled_back"):
                assert frame["state"] == "done", frame["error"]
                return operation

    def _next(self, kind: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(self._told.recv(timeout=120))
            if frame["type"] == kind:
                return frame


def _fill(site: Site, size: int) -> None:
    """Networks of nobody in particular, until there are so many; /28s, of which the engine has room for thousands."""
    there = len(site.made_networks())
    for number in range(there, size):
        first = ipaddress.IPv4Address("10.16.0.0") + number * 16
        site.machine.network(f"fill{number}", subnet=f"{first}/28")
    wait_until(
        lambda: sum(node["kind"] == "network" for node in site.graph().get("nodes", ())) >= size,
        seconds=300,
        what="all networks on the board",
    )


def _measure(site: Site, otto: Operator, rounds: int) -> tuple[float, float]:
    board, hand = [], []
    for number in range(rounds):
        began = time.perf_counter()
        operation = otto.do("network.create", name=new_name())
        board.append(time.perf_counter() - began)
        done = site.operation(operation)
        assert [step["state"] for step in done["steps"]] == ["done"] * 3, done["steps"]
        otto.do("network.delete", network=done["result"]["network"])
        name, subnet = new_name(), f"10.250.{number}.0/24"
        began = time.perf_counter()
        site.machine.run(
            ["sh", "-c", BY_HAND, "by-hand", site.machine.url, name, subnet, f"10.250.{number}.1", str(number)]
        )
        hand.append(time.perf_counter() - began)
        site.machine.engine.remove_network(name)
    return statistics.median(board) * 1000, statistics.median(hand) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
