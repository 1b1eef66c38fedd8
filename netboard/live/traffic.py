"""What passes the devices of hosts, from their samplers to the browsers that asked for it.

client: watch hosts ──► Traffic (one subscription for a web process, while anybody watches) ──► the host's sampler
client ◄── say ──── samples ◄─────────────────────────────────────────────────────────────────────── bus
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from netboard.core.errors import BusUnavailable
from netboard.core.probes.traffic import WATCHED, TrafficFeed
from netboard.core.wire import Traffic as Sample
from netboard.live import frames
from netboard.live.client import Client
from netboard.live.tasks import end

log = logging.getLogger(__name__)

RENEW: Final = WATCHED / 3
"""Seconds between two times that hosts are asked to be sampled closely."""
REPAIR: Final = 2.0
"""Seconds between attempts while the bus is away."""


class Traffic:
    """Belongs to one event loop. While nobody watches it has neither task nor connection."""

    def __init__(self, make_feed: Callable[[], TrafficFeed]) -> None:
        self._make_feed = make_feed
        self._watchers: dict[str, set[Client]] = {}
        self._fresh: set[str] = set()
        """Hosts whose last sample somebody has not got yet."""
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def watched(self) -> frozenset[str]:
        """The hosts that somebody watches here."""
        return frozenset(self._watchers)

    def watch(self, client: Client, hosts: Iterable[str]) -> None:
        """From now on tell this client of these hosts, which it may see, and of no others."""
        wanted = set(hosts)
        for host in [host for host, watchers in self._watchers.items() if client in watchers and host not in wanted]:
            self._drop(host, client)
        for host in wanted:
            watchers = self._watchers.setdefault(host, set())
            if client not in watchers:
                watchers.add(client)
                self._fresh.add(host)
        self._changed.set()
        if self._watchers and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="traffic")

    def leave(self, client: Client) -> None:
        """The client is gone."""
        self.watch(client, ())

    async def close(self) -> None:
        """End the subscription."""
        self._watchers.clear()
        task, self._task = self._task, None
        await end(task)

    def _drop(self, host: str, client: Client) -> None:
        self._watchers[host].discard(client)
        if not self._watchers[host]:
            del self._watchers[host]
            self._fresh.discard(host)

    async def _run(self) -> None:
        while self._watchers:
            feed = self._make_feed()
            try:
                await self._follow(feed)
            except BusUnavailable as error:
                log.warning("traffic cannot be followed: %s", error)
                self._fresh.update(self._watchers)
                await asyncio.sleep(REPAIR)
            except Exception:
                log.exception("traffic stumbled and begins anew")
                await asyncio.sleep(REPAIR)
            finally:
                with suppress(BusUnavailable):
                    await feed.close()

    async def _follow(self, feed: TrafficFeed) -> None:
        """Until nobody watches: ask for samples again and again, and hand on what is told."""
        loop = asyncio.get_running_loop()
        renew_at = 0.0
        hearing: asyncio.Task[Sample | None] | None = None
        changed = asyncio.create_task(self._changed.wait())
        try:
            while self._watchers:
                if changed.done() or loop.time() >= renew_at:
                    self._changed.clear()
                    if changed.done():
                        changed = asyncio.create_task(self._changed.wait())
                    renew_at = loop.time() + RENEW
                    await feed.follow(self._watchers)
                    await feed.watch(list(self._watchers))
                    fresh, self._fresh = self._fresh, set()
                    for sample in await feed.latest(sorted(fresh)):
                        self._tell(sample)
                if hearing is None:
                    hearing = asyncio.create_task(feed.hear(RENEW))
                left = max(0.01, renew_at - loop.time())
                await asyncio.wait({hearing, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if hearing.done():
                    told, hearing = hearing.result(), None
                    if told is not None:
                        self._tell(told)
        finally:
            changed.cancel()
            if hearing is not None:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    def _tell(self, sample: Sample) -> None:
        watchers = self._watchers.get(sample["host"])
        if watchers:
            text = frames.encode(sample).decode()
            for client in watchers:
                client.say(("traffic", sample["host"]), text)
