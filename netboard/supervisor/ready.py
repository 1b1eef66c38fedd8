"""Waiting for a process to answer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit


async def until(answers: Callable[[], Awaitable[bool]]) -> None:
    """Ask a few times a second until the answer is yes; the caller limits the time."""
    while True:
        if await answers():
            return
        await asyncio.sleep(0.05)


async def served(bind: str, port: int, url: str) -> None:
    """Return once `/healthz` is answered; the caller limits the time."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)
    host = urlsplit(url).netloc if url else f"localhost:{port}"
    await until(lambda: _answers(address, port, host))


async def _answers(address: str, port: int, host: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return (await asyncio.wait_for(reader.readline(), 30)).startswith(b"HTTP/1.1 200")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
