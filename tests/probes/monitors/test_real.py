"""Monitors on a real engine and kernel: a container is asked from another one, paused, cut off, stopped.

aa ── shop (bridge) ── bb          the host's prober asks from within aa's namespace; no program runs there
"""

from typing import Any

import pytest

from tests.support.site import HOST, Site, new_name
from tests.support.wait import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process]


def made(board: Site, **body: Any) -> int:
    answer = board.request("POST", "monitors", json={"host": HOST, "interval": 1, "timeout": 0.4, **body})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def states(board: Site, monitor: int) -> dict[str, str]:
    """State and reason of what a monitor asks, by the name of what is asked."""
    history = board.request("GET", f"monitors/{monitor}/history?hours=1").json()
    return {one["name"]: f"{one['state']} {one['code']}".strip() for one in history["items"]}


def becomes(board: Site, monitor: int, wanted: dict[str, str]) -> None:
    wait_until(lambda: states(board, monitor) == wanted, seconds=90, what=f"{monitor} becomes {wanted}", every=0.3)


def test_from_container_to_container_and_what_silence_means(board: Site) -> None:
    machine = board.machine
    shop, one, two = new_name("shop"), new_name("aa"), new_name("bb")
    machine.network(shop, subnet="10.81.0.0/24")
    machine.container(one, shop)
    machine.container(two, shop, "httpd -f -p 8080")
    board.on_board(two, "container")
    pair = made(board, kind="container", source=one, container=two)
    port = made(board, kind="container", source=one, container=two, protocol="tcp", port=8080)
    closed = made(board, kind="container", source=one, container=two, protocol="tcp", port=81)
    gateway = made(board, kind="gateway", source=one)
    all_of = made(board, kind="network", network=shop)
    inside = machine.run(["ls", f"/proc/{machine.pid_of(one)}/task"])
    becomes(board, pair, {two: "up"})
    becomes(board, port, {two: "up"})
    becomes(board, closed, {two: "down refused"})
    becomes(board, gateway, {"gateway": "up"})
    becomes(board, all_of, {one: "up", two: "up"})
    latest = {each["monitor"]: each for each in board.request("GET", f"monitors/latest?host={HOST}").json()["items"]}
    assert 0 < latest[pair]["rtt_us"] < 400_000
    assert latest[pair]["network"] == board.on_board(shop)["id"]
    assert machine.run(["ls", f"/proc/{machine.pid_of(one)}/task"]) == inside

    machine.engine.pause(two)
    becomes(board, pair, {two: "up paused"})
    machine.engine.unpause(two)
    becomes(board, pair, {two: "up"})
    machine.run(["nsenter", "-t", str(machine.pid_of(two)), "--net", "ip", "link", "set", "eth0", "down"])
    wait_until(lambda: states(board, pair)[two].startswith("down "), seconds=90, what="bb is cut off")
    events = board.request("GET", "events?limit=100").json()["items"]
    assert {"kind": "monitor", "id": str(pair)}.items() <= next(
        each["cause"]
        for each in reversed(events)
        if each["cause"]["kind"] == "monitor" and each["cause"]["id"] == str(pair)
    ).items()
    machine.engine.stop(two, timeout=0)
    becomes(board, pair, {two: "down stopped"})
    machine.engine.stop(one, timeout=0)
    becomes(board, pair, {two: "unknown source_stopped"})


def test_without_its_observer_nothing_is_down(board: Site) -> None:
    machine = board.machine
    net, one = new_name("net"), new_name("cc")
    machine.network(net, subnet="10.82.0.0/24")
    machine.container(one, net)
    board.on_board(one, "container")
    monitor = made(board, kind="network", network=net)
    becomes(board, monitor, {one: "up"})
    board.kill("observer")
    try:
        becomes(board, monitor, {one: "unknown observer_away"})
    finally:
        board.mend()
    becomes(board, monitor, {one: "up"})
