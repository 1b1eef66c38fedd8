"""Whether those with an open socket still may: asked every few seconds, and at once when something changed."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Final

from channels.layers import get_channel_layer
from django.db import Error as DatabaseError

from netboard.accounts.announce import group_of
from netboard.accounts.identity import Credential, Identity, identify_async
from netboard.live.tasks import end

log = logging.getLogger(__name__)

CHECK_EVERY: Final = 3.0
"""Seconds between two looks at one credential."""
SHARED: Final = 1.5
"""Seconds for which an answer serves all sockets with the same credential."""
REPAIR: Final = 2.0
"""Seconds between attempts to listen while the bus is away."""


class Rights:
    """Belongs to one event loop. Holds one subscription for all people who have sockets in this process."""

    def __init__(self) -> None:
        self._answers: dict[Credential, tuple[float, asyncio.Future[Identity | None]]] = {}
        self._people: dict[int, int] = {}
        self._changed = asyncio.Event()
        self._people_changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def enter(self, person: int) -> None:
        """A person opened a socket."""
        self._people[person] = self._people.get(person, 0) + 1
        self._people_changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen(), name="rights")

    def leave(self, person: int) -> None:
        """A person's socket closed."""
        self._people[person] -= 1
        if not self._people[person]:
            del self._people[person]
        if not self._people and self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """End the subscription."""
        task, self._task = self._task, None
        await end(task)

    async def lost(self, credential: Credential, first: Identity) -> int:
        """Wait until the credential does not hold any more (4401) or its rights differ (4403)."""
        while True:
            changed = self._changed
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY):
                    await changed.wait()
            try:
                now = await self._identify(credential)
            except DatabaseError as error:
                log.warning("rights could not be checked: %s", error)
                continue
            if now is None:
                return 4401
            if now != first:
                return 4403

    async def _identify(self, credential: Credential) -> Identity | None:
        asked, answer = self._answers.get(credential, (0.0, None))
        if answer is None or time.monotonic() - asked > SHARED:
            answer = asyncio.ensure_future(identify_async(credential))
            self._answers[credential] = (time.monotonic(), answer)
            answer.add_done_callback(lambda _: self._tidy())
        return await asyncio.shield(answer)

    def _tidy(self) -> None:
        old = time.monotonic() - 4 * SHARED
        for credential in [each for each, (asked, _) in self._answers.items() if asked < old]:
            del self._answers[credential]

    def _look_again(self) -> None:
        self._answers.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    async def _listen(self) -> None:
        """Follow the groups of all people here. Without the bus everybody is still looked at every few seconds."""
        layer = get_channel_layer()
        if layer is None:
            return
        while True:
            try:
                channel = await layer.new_channel()
                joined: set[int] = set()
                receiving = asyncio.ensure_future(layer.receive(channel))
                try:
                    while True:
                        self._people_changed.clear()
                        for person in set(self._people) - joined:
                            await layer.group_add(group_of(person), channel)
                            joined.add(person)
                        for person in joined - set(self._people):
                            await layer.group_discard(group_of(person), channel)
                            joined.discard(person)
                        waiting = asyncio.ensure_future(self._people_changed.wait())
                        try:
                            await asyncio.wait({receiving, waiting}, return_when=asyncio.FIRST_COMPLETED)
                        finally:
                            waiting.cancel()
                        if receiving.done():
                            receiving.result()
                            self._look_again()
                            receiving = asyncio.ensure_future(layer.receive(channel))
                finally:
                    receiving.cancel()
                    with suppress(asyncio.CancelledError, Exception):
                        await receiving
            except Exception as error:
                log.warning("changes of rights cannot be listened to: %s", error)
                await asyncio.sleep(REPAIR)
