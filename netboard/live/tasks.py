"""Ending background tasks for certain."""

import asyncio
from typing import Any, Final

_AGAIN: Final = 0.5


async def end(task: "asyncio.Task[Any] | None") -> None:
    """Cancel a task and wait until it has ended; whatever it raises is its own affair.

    Once is not always enough: a library that waits with a timeout of its own may take the cancellation for that
    timeout's and go on.
    """
    if task is None:
        return
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN)
    if not task.cancelled():
        task.exception()
