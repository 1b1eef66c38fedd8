"""Operations while something dies: a worker, the web process, the bus, the engine (faults 1 to 7 and 10).

After each, one checker: what was accepted against the engine's networks by recorded full id. Lost, duplicated and
unexpected have to be none. Faults 18, 19, 26 and 27 are in tests/operations, 8 and 17 in test_database.py.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from celery import Celery
from websockets.sync.client import ClientConnection

from netboard.core import signing
from tests.lab.machine import Machine
from tests.support.gate import Gate
from tests.support.site import HOST, KEY, Site, new_name
from tests.support.wait import wait_until
from tests.support.web import hello

pytestmark = [pytest.mark.engine, pytest.mark.process]


class Faulty:
    """A site whose workers reach the engine through a gate."""

    def __init__(self, machine: Machine) -> None:
        self.site = Site(machine, NETBOARD_STALE_AFTER="5", NETBOARD_BEAT_EVERY="1")
        self.gate = Gate(self.site.data, machine.url)
        self.site.engine_url = self.gate.url

    def many(self, number: int) -> list[str]:
        """Submit so many networks of netboard's choice; the operations' ids."""
        return [self.site.submit("network.create", name=new_name())["id"] for _ in range(number)]


@pytest.fixture(scope="module")
def _faulty(machine: Machine) -> Iterator[Faulty]:
    made = Faulty(machine)
    try:
        made.site.start()
        yield made
    finally:
        made.gate.close()
        made.site.close()


@pytest.fixture
def faulty(_faulty: Faulty) -> Iterator[Faulty]:
    """It stands whole before each test, on an empty engine."""
    _faulty.gate.let_through()
    _faulty.site.mend()
    _faulty.site.clear()
    yield _faulty
    _faulty.gate.let_through()
    _faulty.site.mend()
    _faulty.site.clear()


def kill_children(faulty: Faulty, times: int) -> None:
    """Fault 1: each time the call is on its way to the engine, which carries it out though nobody listens any more."""
    accepted = []
    for _ in range(times):
        faulty.gate.hold("POST", "/networks/create")
        accepted += faulty.many(1)
        faulty.gate.held()
        os.kill(faulty.site.pool_child(), signal.SIGKILL)
        faulty.gate.let_through()
    faulty.site.check(accepted)


def test_a_workers_child_killed_in_the_middle_of_a_create(faulty: Faulty) -> None:
    kill_children(faulty, 2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_workers_child_killed_two_hundred_times(faulty: Faulty) -> None:
    kill_children(faulty, 200)


def test_a_whole_worker_killed_with_others_in_its_queue(faulty: Faulty) -> None:
    faulty.gate.hold("POST", "/networks/create")
    accepted = faulty.many(3)
    faulty.gate.held()
    faulty.site.kill("worker0")
    faulty.gate.let_through()
    faulty.site.start_worker()
    faulty.site.check(accepted)


def test_the_web_process_killed_before_anybody_was_told(faulty: Faulty) -> None:
    faulty.site.kill("recorder")
    accepted = faulty.many(2)
    faulty.site.kill("web")
    faulty.site.start_recorder()
    faulty.site.restart_web()
    faulty.site.check(accepted)


def test_one_task_delivered_five_times_to_four_workers(faulty: Faulty) -> None:
    site = faulty.site
    for number in (1, 2, 3):
        site.start_worker(number)
    site.kill("recorder")
    accepted = site.submit("network.create", name=new_name())
    send(site, {
        "operation": accepted["id"],
        "token": 1,
        "kind": "network.create",
        "spec": accepted["spec"],
        "labels": {"netboard.operation": accepted["id"], "netboard.owner": "otto"},
        "recorded": {},
        "limit": 40.0,
    }, times=5)  # fmt: skip
    wait_until(site.made_networks, seconds=60, what="the network")
    site.start_recorder()
    site.check([accepted["id"]])


def send(site: Site, job: dict[str, Any], times: int) -> None:
    with Celery("board", set_as_current=False, broker=f"redis+socket://{site.valkey.socket}") as app:
        app.conf.update(broker_transport_options={"global_keyprefix": signing.key_prefix(HOST)})
        signed = signing.sign(signing.order(HOST, "operate", job), KEY)
        for _ in range(times):
            app.send_task(signing.TASK, args=[signed], queue=signing.queue(HOST), ignore_result=True)


def test_a_worker_stopped_past_its_lease_whose_call_arrives_after_all_is_over(faulty: Faulty) -> None:
    """The other worker makes the network, an operator deletes it, then the late call makes it once more: surplus."""
    site = faulty.site
    faulty.gate.hold("POST", "/networks/create")
    [late] = faulty.many(1)
    faulty.gate.held()
    go_on = site.pause("worker0")
    try:
        site.start_worker(1)
        done = site.ended(late)
        assert done["state"] == "done"
        site.do("network.delete", network=done["result"]["network"])
        assert site.made_networks() == {}
        faulty.gate.let_through()
        wait_until(site.made_networks, seconds=60, what="the late call is carried out")
    finally:
        go_on()
    wait_until(lambda: site.made_networks() == {}, seconds=120, what="the surplus network is removed")
    assert site.operation(late)["result"] == done["result"]


def lose_the_bus(faulty: Faulty, number: int) -> None:
    """Fault 6: nothing is persisted, all are queued."""
    faulty.site.kill("worker0")
    accepted = faulty.many(number)
    faulty.site.valkey.kill()
    faulty.site.valkey.start()
    faulty.site.start_worker()
    faulty.site.check(accepted)


def test_the_bus_killed_with_operations_queued(faulty: Faulty) -> None:
    lose_the_bus(faulty, 20)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_bus_killed_with_two_hundred_queued(faulty: Faulty) -> None:
    lose_the_bus(faulty, 200)


@pytest.mark.parametrize("how", ["stopped", "killed", "full"])
def test_operations_are_accepted_while_the_bus_is_away(faulty: Faulty, how: str) -> None:
    """Every open screen is told; what was accepted is carried out once it is back, and the screens are told that too.

    A full bus can still be read: there the silence of the observers, which cannot write, is what screens show.
    """
    site = faulty.site
    site.request("POST", "operations/preview", json={"kind": "network.create", "host": HOST, "spec": {"name": "n"}})
    silent, live = ("stale", "live") if how == "full" else ("bus_silent", "bus_live")
    with site.web.socket(token=site.web.tokens["vera"], origin=None) as screen:
        hello(screen)
        away, back = {
            "stopped": (site.valkey.stop, site.valkey.go_on),
            "killed": (site.valkey.kill, site.valkey.start),
            "full": (lambda: configure(site, "maxmemory", 1), lambda: configure(site, "maxmemory", 0)),
        }[how]
        away()
        try:
            accepted = faulty.many(2)
            until_told(screen, silent)
        finally:
            back()
        until_told(screen, live)
    site.check(accepted)


def until_told(screen: ClientConnection, word: str) -> None:
    """Read frames until one is this notice, or of this type."""
    deadline = time.monotonic() + 90
    while True:
        frame = json.loads(screen.recv(timeout=max(1.0, deadline - time.monotonic())))
        if word in (frame["type"], frame.get("code")):
            return


def configure(site: Site, name: str, value: int) -> None:
    with site.valkey.client() as client:
        client.config_set(name, value)


def kill_the_engine(faulty: Faulty, number: int) -> None:
    """Fault 10: each is resolved by its label; the bridges that the engine forgot are shown and nobody removes them."""
    site = faulty.site
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda _: faulty.many(1)[0], range(number)))
    wait_until(lambda: len(site.made_networks()) >= 3, seconds=60, what="some are made")
    site.machine.ip("link add br-0123456789ab type bridge")
    try:
        site.machine.restart_engine()
        site.check(accepted)
        orphan = site.on_board("br-0123456789ab", "bridge")
        assert "bridge_orphaned" in {warning["code"] for warning in orphan["warnings"]}
        assert "br-0123456789ab" in site.machine.ip("-br link")
    finally:
        site.machine.ip("link del br-0123456789ab")


def test_the_engine_killed_during_creates(faulty: Faulty) -> None:
    kill_the_engine(faulty, 8)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_the_engine_killed_during_48_creates(faulty: Faulty) -> None:
    kill_the_engine(faulty, 48)
