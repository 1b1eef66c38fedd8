"""The lab that most tests of this folder look at; those that change it make their own."""

from collections.abc import Iterator

import pytest

from tests.adapters.probe.lab import Lab

UP = tuple(range(2, 12))


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A bridge with ten hosts, 2 to 11; 12 is silent since its device is down, 13 drops pings."""
    with Lab() as made:
        made.add(*UP, 12, 13)
        made.hosts[12].ip("link set eth0 down")
        made.hosts[13].run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all")
        yield made
