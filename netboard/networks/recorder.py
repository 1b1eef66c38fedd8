"""The recorder: the one process that writes what logs bring into the database, and gives back what it keeps."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import close_old_connections, transaction

from netboard.core.errors import BusUnavailable
from netboard.core.feed import Entry, RecorderFeed, Survey
from netboard.hosts import services as hosts
from netboard.networks import services
from netboard.networks.services import News

log = logging.getLogger(__name__)

SURVEY: Final = 2.0
"""Seconds between looks at all hosts."""
GATHER: Final = 0.2
"""Seconds in which entries gather for one transaction."""
PRUNE: Final = 600.0
WHOLES: Final = 20
"""Graphs that are taken in in one transaction."""
SEEN: Final = 25.0
"""Seconds between two notes that a host has reported."""


class _Beat(msgspec.Struct):
    title: str = ""
    at: str = ""
    simulated: bool = False


_decode: Final = msgspec.json.Decoder(_Beat).decode


class Recorder:
    """Reads on from where it stopped, whenever that was. Survives the bus and the database being away."""

    def __init__(self, make_feed: Callable[[], RecorderFeed], event_days: int) -> None:
        self._make_feed = make_feed
        self._event_days = event_days
        self._positions: dict[str, tuple[str, int]] = {}
        self._beats: dict[str, _Beat] = {}
        self._noted: dict[str, float] = {}
        self._pruned = 0.0
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End after what is being written."""
        self._stop.set()

    async def run(self) -> None:
        """Until `stop`."""
        feed = self._make_feed()
        pause = 0.2
        try:
            while not self._stop.is_set():
                try:
                    self._positions = await _in_database(services.positions)
                    while not self._stop.is_set():
                        await self._survey(feed, await feed.survey())
                        await self._follow(feed)
                        pause = 0.2
                except (BusUnavailable, DatabaseError) as error:
                    log.warning("recorder waits: %s", error)
                    await self._rest(pause)
                    pause = min(2.0, pause * 2)
        finally:
            await feed.close()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass

    async def _follow(self, feed: RecorderFeed) -> None:
        until = time.monotonic() + SURVEY
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            if not self._positions:
                await self._rest(left)
                return
            entries = await feed.follow(self._positions, min(left, 0.5))
            if entries:
                await self._record(feed, entries)
                await self._rest(GATHER)

    async def _record(self, feed: RecorderFeed, entries: Sequence[Entry]) -> None:
        news: dict[str, News] = {}
        anew: dict[str, None] = {}
        for entry in entries:
            epoch, seq = self._positions.get(entry.host, ("", 0))
            known = news.get(entry.host)
            if known is not None:
                seq = known.seq
            if entry.host in anew or (entry.epoch == epoch and entry.seq <= seq):
                continue
            if entry.epoch != epoch or entry.seq != seq + 1:
                anew[entry.host] = None
                news.pop(entry.host, None)
                continue
            if known is None:
                known = news[entry.host] = News(
                    entry.host, entry.epoch, entry.seq, entry.at, light=self._light(entry.host)
                )
            known.seq, known.at = entry.seq, entry.at
            known.take(entry.own)
            known.take(entry.fleet)
        await self._write(list(news.values()))
        await self._take_whole(feed, list(anew))

    async def _take_whole(self, feed: RecorderFeed, hosts_: Sequence[str]) -> None:
        """Compare these hosts' graphs with what was known of them: after a new epoch, a gap, or for a new host."""
        for start in range(0, len(hosts_), WHOLES):
            kept = await feed.kept(hosts_[start : start + WHOLES], True)
            await self._write(
                [
                    News(
                        host,
                        graph.head.epoch,
                        graph.head.seq,
                        self._beats.get(host, _Beat()).at,
                        nodes={**graph.own.nodes, **graph.fleet.nodes},
                        edges={**graph.own.edges, **graph.fleet.edges},
                        whole=True,
                        light=self._light(host),
                    )
                    for host, graph in kept.items()
                ]
            )

    async def _write(self, news: list[News]) -> None:
        if news:
            await _in_database(services.record, news)
            self._positions |= {each.host: (each.epoch, each.seq) for each in news}

    def _light(self, host: str) -> bool:
        return self._beats.get(host, _Beat()).simulated

    async def _survey(self, feed: RecorderFeed, survey: Survey) -> None:
        self._beats = {host: _decode(status) for host, status in survey.statuses.items()}
        if not await feed.ready_said():
            await feed.seed_places(await _in_database(services.kept_places))
            await feed.seed_slots(await _in_database(services.kept_slots))
            await feed.ready()
        anew = [
            host
            for host, head in survey.heads.items()
            if self._positions.get(host, ("", 0))[0] != head.epoch or self._positions[host][1] > head.seq
        ]
        await self._note_hosts(feed)
        await self._take_whole(feed, anew)
        self._positions = {host: at for host, at in self._positions.items() if host in survey.heads}
        await feed.beat("recorder", {"hosts": len(survey.hosts)}, 15.0)
        if time.monotonic() - self._pruned > PRUNE or not self._pruned:
            self._pruned = time.monotonic()
            await _in_database(services.prune, self._event_days)

    async def _note_hosts(self, feed: RecorderFeed) -> None:
        """Make hosts known that report, keep their places, and say that the recorder lives."""
        now = time.monotonic()
        due = {host: beat for host, beat in self._beats.items() if now - self._noted.get(host, -SEEN) >= SEEN}
        places = await feed.places() if due else {}
        await _in_database(_note, due, {host: places[host] for host in due if host in places})
        self._noted |= dict.fromkeys(due, now)


def _note(due: dict[str, _Beat], places: dict[str, int]) -> None:
    with transaction.atomic():
        for host, beat in due.items():
            hosts.seen(host, beat.title)
        services.keep_places(places)
        hosts.beat("recorder")


async def _in_database(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it in the thread that holds the database's connection, which is replaced if it broke."""

    def call() -> Any:
        close_old_connections()
        try:
            return function(*arguments)
        finally:
            close_old_connections()

    return await sync_to_async(call)()
