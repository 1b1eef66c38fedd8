"""The lab's machines: one with an engine for each worker process, and netboard watching it."""

from collections.abc import Iterator

import pytest

from tests.lab.machine import Machine
from tests.lab.observed import Observed


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine with an engine, shared by all tests of a worker: each removes what it made."""
    with Machine() as made:
        yield made


@pytest.fixture(scope="session")
def observed(machine: Machine) -> Iterator[Observed]:
    """netboard, watching that machine."""
    with Observed(machine) as watching:
        yield watching
