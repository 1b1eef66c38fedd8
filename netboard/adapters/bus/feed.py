"""All logs as one event loop follows them, and what the recorder gives back to the bus."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netboard.adapters.bus import codec, keys, scripts
from netboard.adapters.bus.edge import ANSWER, connect_async, mapped
from netboard.adapters.bus.reader import kept_of
from netboard.core.feed import Entry, Kept, Survey
from netboard.core.model import Json

_AT_ONCE: Final = 500
"""Entries of one log that one read brings at most."""
_TOPS: Final = 200
"""Hosts whose tops are read in one round trip."""
_WHOLES: Final = 20
"""Hosts whose whole graphs are read in one round trip."""


class RedisLogFeed:
    """Fulfils `feed.LogFeed` and `feed.LogStore`. Belongs to the event loop in which it is first used."""

    def __init__(self, url: str) -> None:
        self._client = connect_async(url)
        self._blocking = connect_async(url, connections=1)

    async def survey(self) -> Survey:
        """What hosts there are, where their logs end, and their last heartbeats."""
        with mapped():
            hosts = sorted(member.decode() for member in await self._client.smembers(keys.HOSTS))
            if not hosts:
                return Survey(frozenset(), {}, {})
            names = [keys.of_host(host) for host in hosts]
            pipe = self._client.pipeline(transaction=False)
            pipe.mget([name.head for name in names])
            pipe.mget([name.status for name in names])
            heads, statuses = await pipe.execute()
        return Survey(
            frozenset(hosts),
            {host: codec.decode_head(value) for host, value in zip(hosts, heads, strict=True) if value},
            {host: value for host, value in zip(hosts, statuses, strict=True) if value},
        )

    async def follow(self, positions: Mapping[str, tuple[str, int]], seconds: float) -> list[Entry]:
        """Entries after these positions, in order for each host; waits so long for the first one.

        One XREAD for all hosts. An epoch begun later than the position's is told by its entry with `seq` 0.
        """
        streams = {keys.log_of(host): f"{epoch}-{seq}" for host, (epoch, seq) in positions.items()}
        of_log = {keys.log_of(host).encode(): host for host in positions}
        with mapped():
            answer = await self._blocking.xread(
                streams, count=_AT_ONCE, block=max(1, min(int(seconds * 1000), int(ANSWER * 500)))
            )
        return [
            codec.decode_entry(of_log[log], entry_id, fields[b"d"])
            for log, entries in answer or ()
            for entry_id, fields in entries
        ]

    async def kept(self, hosts: Sequence[str], whole: bool) -> dict[str, Kept]:
        """The graphs of these hosts, or their tops. A host without log is not in the answer."""
        kept: dict[str, Kept] = {}
        for batch in _batches(hosts, _WHOLES if whole else _TOPS):
            with mapped():
                pipe = self._client.pipeline(transaction=False)
                for host in batch:
                    names = keys.of_host(host).whole if whole else keys.of_host(host).afar
                    pipe.eval(scripts.KEPT, len(names), *names)
                answers = await pipe.execute()
            for host, answer in zip(batch, answers, strict=True):
                found = kept_of(answer)
                if found is not None:
                    kept[host] = found
        return kept

    async def between(self, host: str, epoch: str, after: int, upto: int) -> list[Entry]:
        """The entries `after` < seq <= `upto`; fewer if the log was trimmed or began anew."""
        with mapped():
            found = await self._client.xrange(keys.log_of(host), f"({epoch}-{after}", f"{epoch}-{upto}")
        return [codec.decode_entry(host, entry_id, fields[b"d"]) for entry_id, fields in found]

    async def seed_slots(self, slots: Mapping[str, Mapping[str, int]]) -> None:
        """Give back the slots of nodes, by host, where the bus has none."""
        with mapped():
            for batch in _batches(list(slots), _TOPS):
                there = self._client.pipeline(transaction=False)
                for host in batch:
                    there.exists(keys.of_host(host).slots)
                answers = await there.execute()
                pipe = self._client.pipeline(transaction=False)
                for host, exists in zip(batch, answers, strict=True):
                    if not exists and slots[host]:
                        pipe.hset(keys.of_host(host).slots, mapping=dict(slots[host]))
                await pipe.execute()

    async def seed_places(self, places: Mapping[str, int]) -> None:
        """Give back the places of hosts which the bus does not know."""
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            for host, place in places.items():
                pipe.hsetnx(keys.PLACES, host, str(place))
            await pipe.execute()

    async def places(self) -> dict[str, int]:
        """The places of hosts that the bus knows."""
        with mapped():
            known = await self._client.hgetall(keys.PLACES)
        return {host.decode(): int(place) for host, place in known.items()}

    async def ready(self) -> None:
        """Say that what was kept is there: observers wait a little for it before they give out slots."""
        with mapped():
            await self._client.set(keys.KEPT, "1")

    async def ready_said(self) -> bool:
        """Whether that was said since the bus started."""
        with mapped():
            return bool(await self._client.exists(keys.KEPT))

    async def beat(self, name: str, report: Mapping[str, Json], seconds: float) -> None:
        """Renew a process's own heartbeat, which vanishes after so many seconds."""
        with mapped():
            await self._client.set(keys.beat(name), codec.encode(dict(report)), px=int(seconds * 1000))

    async def close(self) -> None:
        """Close all connections."""
        with mapped():
            await self._client.aclose()
            await self._blocking.aclose()
            await self._client.connection_pool.disconnect()
            await self._blocking.connection_pool.disconnect()


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
