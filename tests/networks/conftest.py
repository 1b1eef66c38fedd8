"""A recorder on a real Valkey and the test database; `writer` is the observer of host h1."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from netboard.adapters.bus.feed import RedisLogFeed
from netboard.adapters.bus.writer import RedisLogWriter
from netboard.networks.recorder import Recorder
from tests.support.valkey import Valkey


@pytest.fixture
def bus(request: pytest.FixtureRequest) -> Valkey:
    """The test's server: its own if it wants `mortal_valkey`, else the worker's."""
    name = "mortal_valkey" if "mortal_valkey" in request.fixturenames else "valkey"
    server: Valkey = request.getfixturevalue(name)
    return server


@pytest.fixture
def writer(bus: Valkey) -> Iterator[RedisLogWriter]:
    made = RedisLogWriter(bus.url, "h1")
    yield made
    made.close()


@asynccontextmanager
async def recording(url: str) -> AsyncIterator[Recorder]:
    """A recorder that runs meanwhile."""
    recorder = Recorder(lambda: RedisLogFeed(url), event_days=30)
    task = asyncio.create_task(recorder.run())
    try:
        yield recorder
    finally:
        recorder.stop()
        await task


async def eventually(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first truthy value of a function that asks the database."""
    ask: Callable[[], Awaitable[Any]] = sync_to_async(condition)
    async with asyncio.timeout(seconds):
        while not (value := await ask()):
            await asyncio.sleep(0.05)
        return value
