"""The edge to redis-py: connections with explicit limits, and its errors mapped once.

Clients are not typed: redis-py declares `str | bytes` wherever these, which never decode, answer bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from netboard.core.errors import BusUnavailable

ANSWER: Final = 5.0
"""Seconds that an answer may take."""
CONNECT: Final = 3.0
"""Seconds that connecting may take."""
CONNECTIONS: Final = 4
"""Connections that one client keeps at most; who needs a fifth waits."""


@contextmanager
def mapped() -> Iterator[None]:
    """Whatever redis-py raises becomes `BusUnavailable`: away, stopped, loading, full or read-only."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise BusUnavailable(
            f"Redis does not answer ({str(error) or type(error).__name__}); netboard goes on by itself once it does.",
            params={"reason": str(error) or type(error).__name__},
        ) from error


def connect(url: str) -> Any:
    """A client for threads. Connects when first used; a connection found dead is replaced once."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=ANSWER,
        socket_timeout=ANSWER,
        socket_connect_timeout=CONNECT,
        retry=Retry(NoBackoff(), 1),
        protocol=2,
    )
    return redis.Redis.from_pool(pool)


def connect_async(url: str, answer: float = ANSWER, connections: int = CONNECTIONS) -> Any:
    """A client for one event loop; `answer` as seconds that an answer may take."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=ANSWER,
        socket_timeout=answer,
        socket_connect_timeout=CONNECT,
        retry=AsyncRetry(NoBackoff(), 1),
        protocol=2,
    )
    return redis.asyncio.Redis.from_pool(pool)
