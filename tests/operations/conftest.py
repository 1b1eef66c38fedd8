"""The site of these tests: otto is an operator, vera a viewer, ada an administrator. `par0` is a macvlan's parent."""

from collections.abc import Iterator

import pytest

from tests.support.site import Site


@pytest.fixture(scope="session")
def _with_parent(site: Site) -> Iterator[Site]:
    machine = site.machine
    machine.run(["ip", "link", "delete", "par0"], check=False)
    machine.ip("link add par0 type veth peer name par1")
    machine.ip("netns add lan")
    machine.ip("link set par1 netns lan")
    machine.ip("link set par0 up")
    machine.ip("addr add 192.168.58.1/24 dev par1", "lan")
    machine.ip("link set par1 up", "lan")
    machine.ip("addr add 10.99.0.1/32 dev lo", "lan")
    machine.ip("link set lo up", "lan")
    try:
        yield site
    finally:
        machine.ip("link del par0")
        machine.ip("netns del lan")


@pytest.fixture
def board(_with_parent: Site) -> Iterator[Site]:
    """The site with an empty engine; what the test makes is removed."""
    _with_parent.clear()
    yield _with_parent
    _with_parent.clear()
