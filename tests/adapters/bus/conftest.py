"""A writer and a reader on a real, empty Valkey."""

from collections.abc import Iterator

import pytest

from netboard.adapters.bus.reader import RedisLogReader
from netboard.adapters.bus.writer import RedisLogWriter
from tests.support.valkey import Valkey


@pytest.fixture
def writer(valkey: Valkey) -> Iterator[RedisLogWriter]:
    made = RedisLogWriter(valkey.url, "h1")
    yield made
    made.close()


@pytest.fixture
def reader(valkey: Valkey) -> Iterator[RedisLogReader]:
    made = RedisLogReader(valkey.url)
    yield made
    made.close()
