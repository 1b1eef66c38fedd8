"""How operations and sweeps go on and what monitors find: from whoever writes it down to browsers that see the host.

recorder, web ──Channels group──► Progress (one subscription for a web process) ──► Hub.tell ──► clients
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

import msgspec
from channels.layers import get_channel_layer

from netboard.live import frames
from netboard.live.gathering import gathers
from netboard.live.hub import Hub
from netboard.live.tasks import end

log = logging.getLogger(__name__)

GROUP: Final = "progress"
"""The Channels group to which `operations.telling`, sweeps and monitors tell."""
REPAIR: Final = 2.0
"""Seconds between attempts to listen while the bus is away. What is told meanwhile is missed; pages ask again."""


class _Message(msgspec.Struct):
    """`frame` is a `core.wire` Progress, SweepProgress or Reach, handed on as it is."""

    host: str
    frame: dict[str, Any]


class Progress:
    """Belongs to one event loop and its hub. Listens from the first client on."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        """It has joined the group: what is told from now on arrives."""

    def start(self) -> None:
        """Listen, if it does not yet."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="progress")

    async def close(self) -> None:
        """End the subscription."""
        task, self._task = self._task, None
        await end(task)

    async def _run(self) -> None:
        layer = get_channel_layer()
        while layer is not None:
            try:
                await self._listen(layer)
            except Exception as error:
                # Whatever the bus or its client stumbles over: progress is a comfort, the log of changes goes on.
                log.warning("progress of operations cannot be listened to: %s", error)
            self.listening.clear()
            await asyncio.sleep(REPAIR)

    async def _listen(self, layer: Any) -> None:
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self.listening.set()
        try:
            while True:
                self._take(await layer.receive(channel))
        finally:
            with suppress(Exception):
                async with asyncio.timeout(1):
                    await layer.group_discard(GROUP, channel)

    def _take(self, message: object) -> None:
        try:
            told = msgspec.convert(message, _Message)
        except msgspec.ValidationError as error:
            log.warning("a message about an operation makes no sense: %s", error)
            return
        if gathers(told.frame):
            about = (str(told.frame["type"]), str(told.frame.get("id", told.host)))
            self._hub.gather(told.host, about, told.frame)
            return
        self._hub.tell(told.host, ("operation", str(told.frame.get("id"))), frames.encode(told.frame).decode())
