"""A machine without an engine: network namespaces only, up within a moment."""

from collections.abc import Iterator

import pytest

from tests.lab.machine import Machine
from tests.lab.observed import Observed


@pytest.fixture(scope="session")
def bare() -> Iterator[Machine]:
    """A machine for all kernel tests of a worker: each removes what it made."""
    with Machine(engine=False) as made:
        yield made


@pytest.fixture(scope="session")
def watching(bare: Machine) -> Iterator[Observed]:
    """netboard's kernel watcher inside it."""
    with Observed(bare, engine=False) as observed:
        yield observed
