"""The site of these tests, with the machine's monitor running beside the rest."""

from collections.abc import Iterator

import pytest

from tests.support.site import Site


@pytest.fixture(scope="session")
def _with_monitor(site: Site) -> Site:
    site.start_monitor()
    return site


@pytest.fixture
def board(_with_monitor: Site) -> Iterator[Site]:
    """The site with an empty engine; what the test makes is removed."""
    _with_monitor.clear()
    yield _with_monitor
    for each in _with_monitor.request("GET", "monitors?limit=1000").json()["items"]:
        if each["kind"] != "gateways":
            _with_monitor.request("DELETE", f"monitors/{each['id']}")
    _with_monitor.clear()
