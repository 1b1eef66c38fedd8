"""The hub: one subscription to all logs for a web process, handed on to its own clients.

logs ──one blocking read──► HostLog (ring, loaded graphs) ──touch──► Client ──frame()──► consumer ──► browser
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from netboard.core.errors import BusUnavailable
from netboard.core.feed import Entry, LogFeed, Survey
from netboard.core.wire import Cursor
from netboard.live import frames
from netboard.live.audience import Audience, View
from netboard.live.client import Client
from netboard.live.health import Health, News
from netboard.live.host import HostLog
from netboard.live.tasks import end

log = logging.getLogger(__name__)

SURVEY: Final = 1.0
"""Seconds between surveys, and one more for each 1,000 hosts."""
IDLE: Final = 30.0
"""Seconds without a client after which the hub forgets everything and rests."""
BACK_OFF: Final = (0.2, 2.0)
"""Seconds between attempts while the bus is away: first and longest."""


class Hub:
    """Belongs to one event loop. Starts with its first client, rests when the last one is long gone."""

    def __init__(
        self,
        make_feed: Callable[[], LogFeed],
        *,
        stale_after: float,
        full_limit: int,
        frames_per_second: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_feed = make_feed
        self._full_limit = full_limit
        self._stale_after = stale_after
        self._frames_per_second = frames_per_second
        self._clock = clock
        self.logs: dict[str, HostLog] = {}
        self.health = Health(stale_after)
        self.silent = False
        """The bus is away."""
        self._audiences: dict[View, Audience] = {}
        self._clients: set[Client] = set()
        self._missing_since: dict[str, float] = {}
        self._poke = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    # For consumers

    def join(self) -> Client:
        """A new client, without view yet."""
        client = Client(self.logs, self._frames_per_second)
        self._clients.add(client)
        if self.silent:
            client.say(("bus", ""), frames.notice("bus_silent"))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="hub")
        return client

    def leave(self, client: Client) -> None:
        """The client is gone."""
        self._clients.discard(client)
        self._part(client)

    def look(self, client: Client, view: View, resume: Cursor | None = None) -> None:
        """Give the client another view; it begins with deltas after `resume` if these exist, else with a snapshot."""
        self._part(client)
        audience = self._audiences.get(view)
        if audience is None:
            audience = self._audiences[view] = Audience(view)
            audience.resolve(self.logs, self._full_limit)
        audience.clients.add(client)
        client.look(audience, resume)
        self._poke.set()

    def tell(self, host: str, about: tuple[str, str], frame: str) -> None:
        """Hand a frame to every client that has this host in view; a later one about the same replaces it."""
        for audience in self._audiences.values():
            if audience.view.covers(host):
                for client in audience.clients:
                    client.say(about, frame)

    def gather(self, host: str, about: tuple[str, str], frame: Mapping[str, Any]) -> None:
        """The same for a frame that tells only what is new: a later one is joined to it."""
        for audience in self._audiences.values():
            if audience.view.covers(host):
                for client in audience.clients:
                    client.gather(about, frame)

    def _part(self, client: Client) -> None:
        if client.audience is not None:
            client.audience.clients.discard(client)
            if not client.audience.clients:
                self._audiences.pop(client.audience.view, None)
            client.audience = None

    async def close(self) -> None:
        """End the subscription; clients get nothing any more."""
        self._closing = True
        task, self._task = self._task, None
        await end(task)

    # The loop

    async def _run(self) -> None:
        feed = self._make_feed()
        pause = BACK_OFF[0]
        idle_since = self._clock()
        try:
            while not self._closing and (self._clients or self._clock() - idle_since < IDLE):
                try:
                    await self._resynchronise(feed)
                    pause = BACK_OFF[0]
                    while not self._closing and (self._clients or self._clock() - idle_since < IDLE):
                        await self._follow(feed)
                        if self._clients:
                            idle_since = self._clock()
                except BusUnavailable as error:
                    self._fall_silent(error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, BACK_OFF[1])
                except Exception:
                    # Whatever it is, browsers must not be left without news because of it.
                    log.exception("the hub stumbled and begins anew")
                    self.logs.clear()
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, BACK_OFF[1])
        finally:
            self.logs.clear()
            for audience in self._audiences.values():
                audience.ready = False
            with suppress(BusUnavailable):
                await feed.close()

    def _fall_silent(self, error: BusUnavailable) -> None:
        if not self.silent:
            self.silent = True
            log.warning("bus silent: %s", error)
            self._say_all(("bus", ""), frames.notice("bus_silent"))

    async def _resynchronise(self, feed: LogFeed) -> None:
        survey = await feed.survey()
        self.health.pause(self._clock())
        await self._take_survey(feed, survey)
        if self.silent:
            self.silent = False
            log.info("bus live again")
            self._say_all(("bus", ""), frames.notice("bus_live"))

    async def _follow(self, feed: LogFeed) -> None:
        """Until the next survey: read entries, and load what clients look at as soon as they do."""
        survey_at = self._clock() + SURVEY + len(self.logs) / 1000
        reading: asyncio.Task[list[Entry]] | None = None
        poked = asyncio.create_task(self._poke.wait())
        try:
            while (left := survey_at - self._clock()) > 0:
                if reading is None and self.logs:
                    positions = {each.host: (each.epoch, each.seq) for each in self.logs.values()}
                    reading = asyncio.create_task(feed.follow(positions, left))
                waiting = {poked} if reading is None else {poked, reading}
                await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if reading is not None and reading.done():
                    entries, reading = reading.result(), None
                    await self._take(feed, entries)
                if poked.done():
                    self._poke.clear()
                    poked = asyncio.create_task(self._poke.wait())
                    await self._load(feed)
            if reading is not None:
                entries, reading = await reading, None
                await self._take(feed, entries)
        finally:
            poked.cancel()
            if reading is not None:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        await self._take_survey(feed, await feed.survey())

    async def _take(self, feed: LogFeed, entries: Sequence[Entry]) -> None:
        touched: dict[str, None] = {}
        void = False
        for entry in entries:
            known = self.logs.get(entry.host)
            if known is None or int(entry.epoch) < int(known.epoch):
                continue
            if entry.epoch != known.epoch or not known.take(entry):
                known.begin(entry.epoch, entry.seq, known.count)
                void = True
            if entry.status:
                self._tell(entry.host, self.health.hear(entry.host, entry.status, self._clock()))
            touched[entry.host] = None
        if void:
            await self._load(feed)
        self._touch(touched)

    async def _take_survey(self, feed: LogFeed, survey: Survey) -> None:
        now = self._clock()
        self._drop_missing(survey, now)
        void: set[str] = set()
        for host, head in survey.heads.items():
            known = self.logs.get(host)
            if known is None:
                self.logs[host] = HostLog(host, head.epoch, head.seq, head.nodes)
                void.add(host)
                continue
            known.count = head.nodes
            if known.epoch != head.epoch or known.seq > head.seq:
                known.begin(head.epoch, head.seq, head.nodes)
                void.add(host)
        for host in survey.hosts:
            status = survey.statuses.get(host)
            told = self.health.hear(host, status, now) if status else self.health.missing(host, now)
            self._tell(host, told)
        for host in self._missing_since:
            self._tell(host, self.health.missing(host, now))
        for audience in self._audiences.values():
            audience.resolve(self.logs, self._full_limit)
            audience.drop_cache()
        self._unload()
        await self._load(feed)
        self._touch(void)

    def _drop_missing(self, survey: Survey, now: float) -> None:
        """A host that is gone from the bus was removed, or the bus lost everything and its observer will be back."""
        for host in list(self.logs):
            if host in survey.hosts:
                self._missing_since.pop(host, None)
            elif now - self._missing_since.setdefault(host, now) >= self._stale_after:
                del self.logs[host], self._missing_since[host]
        self.health.keep({*survey.hosts, *self.logs})

    # What is loaded

    def _wanted(self) -> dict[bool, set[str]]:
        wanted: dict[bool, set[str]] = {True: set(), False: set()}
        for audience in self._audiences.values():
            for host, whole in audience.hosts.items():
                wanted[whole].add(host)
        return wanted

    def _unload(self) -> None:
        for whole, hosts in self._wanted().items():
            for known in self.logs.values():
                if known.host not in hosts:
                    known.unload(whole)

    async def _load(self, feed: LogFeed) -> None:
        """Read what is wanted and not there, and let clients go on from it."""
        audiences = list(self._audiences.values())
        for whole, hosts in self._wanted().items():
            missing = [host for host in hosts if host in self.logs and whole not in self.logs[host].loaded]
            for host, kept in (await feed.kept(missing, whole)).items() if missing else ():
                known = self.logs.get(host)
                if known is None:
                    continue
                if kept.head.epoch == known.epoch and known.loaded and kept.head.seq > known.seq:
                    for entry in await feed.between(host, known.epoch, known.seq, kept.head.seq):
                        known.take(entry)
                elif kept.head.epoch != known.epoch:
                    known.begin(kept.head.epoch, kept.head.seq, kept.head.nodes)
                known.load(kept, whole)
        for audience in self._audiences.values():
            if audience.refresh(self.logs):
                for client in audience.clients:
                    client.wake.set()
        for audience in audiences:
            audience.ready = True
            for client in [each for each in audience.clients if not each.greeted]:
                await self._greet(feed, client)
                client.wake.set()

    async def _greet(self, feed: LogFeed, client: Client) -> None:
        """Look at the cursor with which a client came back."""
        audience = client.audience
        if audience is None or client.greeted:
            return
        cursor = client.resume
        if cursor is not None and audience.view.detail == audience.detail:
            for host in audience.shown:
                known, position = self.logs.get(host), cursor.get(host)
                if known and position and position["epoch"] == known.epoch and position["seq"] < known.reach:
                    known.extend(await feed.between(host, known.epoch, max(0, position["seq"]), known.reach))
            client.may_resume(cursor)
        client.resume = None
        client.greeted = True
        for host in audience.hosts:
            for news in self.health.silent(host):
                client.say((host, news.source), news.frame)

    # Telling clients

    def _touch(self, hosts: Iterable[str]) -> None:
        touched = list(hosts)
        for audience in self._audiences.values():
            seen = [host for host in touched if host in audience.hosts]
            if seen or not touched:
                now = self._clock()
                for client in audience.clients:
                    client.touch(seen, now)

    def _tell(self, host: str, told: Iterable[News]) -> None:
        for news in told:
            self.tell(host, (host, news.source), news.frame)

    def _say_all(self, about: tuple[str, str], frame: str) -> None:
        for client in self._clients:
            client.say(about, frame)
