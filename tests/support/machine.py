"""One machine with an engine for each worker process, shared by the tests outside the lab."""

from collections.abc import Iterator

import pytest

from tests.lab.machine import Machine


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A disposable machine with a Docker Engine of its own; each test removes what it made in it."""
    with Machine() as made:
        yield made
