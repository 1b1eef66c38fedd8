"""Hundreds of operations: none fails for netboard's own reasons."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.machine import Machine
from tests.support.site import Site, new_name

pytestmark = [pytest.mark.engine, pytest.mark.process]


@pytest.fixture(scope="module")
def busy(machine: Machine) -> Iterator[Site]:
    """A site with four workers."""
    made = Site(machine, workers=4, NETBOARD_LEASE="15", NETBOARD_RESEND_AFTER="5")
    try:
        yield made.start()
        made.clear()
    finally:
        made.close()


def at_once(site: Site, number: int) -> list[str]:
    with ThreadPoolExecutor(25) as pool:
        return list(pool.map(lambda _: str(site.submit("network.create", name=new_name())["id"]), range(number)))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fifty_at_once_and_five_hundred_in_a_row(busy: Site) -> None:
    first = at_once(busy, 50)
    busy.check(first)
    for _ in range(250):
        made = busy.do("network.create", name=new_name())
        busy.do("network.delete", network=made["result"]["network"])
    busy.check(first)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_five_hundred_planned_at_once(busy: Site) -> None:
    busy.clear()
    accepted = at_once(busy, 500)
    busy.all_ended(accepted, seconds=1800)
    busy.check(accepted)
