"""What passes the devices of hosts, on the bus.

host:<id>:watched        set while somebody watches this host's traffic (expires)
host:<id>:traffic        JSON, the last sample with all totals (expires); also the channel on which samples are told
host:<id>:traffic:past   list of samples, the newest first, compressed; trimmed (expires)
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypedDict

import msgspec

from netboard.adapters.bus import keys
from netboard.adapters.bus.edge import connect, connect_async, mapped
from netboard.core.ids import host_of
from netboard.core.probes.counters import NAMES, Counters
from netboard.core.probes.traffic import KEPT, WATCHED, Latest
from netboard.core.wire import Traffic

_FRESH: Final = 150
"""Seconds for which a sample counts as the latest: longer than between two while nobody watches."""
_PAST: Final = 3 * 3600
_UNPACKED: Final = 8_000_000
"""Bytes that a kept sample may have, once it is unpacked."""

_Told = Annotated[list[float], msgspec.Meta(min_length=len(NAMES), max_length=len(NAMES))]


class _Traffic(TypedDict):
    """A `core.wire.Traffic` of which every number is looked at."""

    type: Literal["traffic"]
    host: str
    at: str
    interval: float
    rates: dict[str, _Told]


class _Latest(TypedDict):
    traffic: _Traffic
    totals: dict[str, Counters]


_decode: Final = msgspec.json.Decoder(_Traffic).decode
_decode_latest: Final = msgspec.json.Decoder(_Latest).decode


def _watched(host: str) -> str:
    return f"{keys.PREFIX}host:{host}:watched"


def _traffic(host: str) -> str:
    return f"{keys.PREFIX}host:{host}:traffic"


def _past(host: str) -> str:
    return f"{keys.PREFIX}host:{host}:traffic:past"


class RedisTrafficWriter:
    """Fulfils `core.probes.traffic.TrafficWriter`. Threads may share one."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def watched(self, hosts: Sequence[str]) -> set[str]:
        """Which of these hosts somebody watches."""
        if not hosts:
            return set()
        with mapped():
            values = self._client.mget([_watched(host) for host in hosts])
        return {host for host, value in zip(hosts, values, strict=True) if value is not None}

    def tell(self, traffic: Traffic, totals: Mapping[str, Counters]) -> None:
        """Tell whoever watches, and keep it as the latest and for the past."""
        host = traffic["host"]
        text = msgspec.json.encode(traffic)
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            pipe.publish(_traffic(host), text)
            pipe.set(_traffic(host), b'{"traffic":%b,"totals":%b}' % (text, msgspec.json.encode(totals)), ex=_FRESH)
            pipe.lpush(_past(host), zlib.compress(text, 1))
            pipe.ltrim(_past(host), 0, KEPT - 1)
            pipe.expire(_past(host), _PAST)
            pipe.execute()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class RedisTrafficReader:
    """Fulfils `core.probes.traffic.TrafficReader`. Threads may share one."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def watch(self, host: str) -> None:
        """Have this host sampled closely for a while."""
        with mapped():
            self._client.set(_watched(host), 1, ex=int(WATCHED))

    def latest(self, host: str) -> Latest | None:
        """The last sample; None where there is none of late, or it makes no sense."""
        with mapped():
            raw = self._client.get(_traffic(host))
        return _latest_of(raw, host)

    def past(self, host: str) -> list[Traffic]:
        """The samples that are kept and make sense, the oldest first."""
        with mapped():
            kept = self._client.lrange(_past(host), 0, KEPT - 1)
        return [told for raw in reversed(kept) if (told := _traffic_of(_unpacked(raw), host)) is not None]

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class RedisTrafficFeed:
    """Fulfils `core.probes.traffic.TrafficFeed`: one subscription for a web process."""

    def __init__(self, url: str) -> None:
        self._client = connect_async(url)
        self._channels = self._client.pubsub(ignore_subscribe_messages=True)
        self._followed: dict[str, str] = {}
        """Hosts by their channels."""

    async def watch(self, hosts: Iterable[str]) -> None:
        """Have these hosts sampled closely for the next seconds."""
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            for host in hosts:
                pipe.set(_watched(host), 1, ex=int(WATCHED))
            await pipe.execute()

    async def follow(self, hosts: Iterable[str]) -> None:
        """Hear from now on what is told of these hosts, and of no others."""
        wanted = {_traffic(host): host for host in hosts}
        more, less = wanted.keys() - self._followed.keys(), self._followed.keys() - wanted.keys()
        with mapped():
            if more:
                await self._channels.subscribe(*more)
            if less:
                await self._channels.unsubscribe(*less)
        self._followed = wanted

    async def latest(self, hosts: Sequence[str]) -> list[Traffic]:
        """The last samples of these hosts, of those that have one."""
        if not hosts:
            return []
        with mapped():
            values = await self._client.mget([_traffic(host) for host in hosts])
        found = [_latest_of(raw, host) for host, raw in zip(hosts, values, strict=True)]
        return [one.traffic for one in found if one is not None]

    async def hear(self, seconds: float) -> Traffic | None:
        """The next that is told; None where nothing was within so many seconds, or it made no sense."""
        with mapped():
            message = await self._channels.get_message(ignore_subscribe_messages=True, timeout=seconds)
        if message is None or message["type"] != "message":
            return None
        host = self._followed.get(message["channel"].decode())
        return _traffic_of(message["data"], host) if host else None

    async def close(self) -> None:
        """Close all connections."""
        with mapped():
            await self._channels.aclose()
            await self._client.aclose()


def _unpacked(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, _UNPACKED)
    except zlib.error:
        return b""


def _traffic_of(raw: Any, host: str) -> Traffic | None:
    """A sample that its host may tell: its own, of its own devices. None: it makes no sense."""
    try:
        told = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return told if _own(told, host) else None


def _latest_of(raw: Any, host: str) -> Latest | None:
    try:
        told = _decode_latest(raw) if raw else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if told is None or not _own(told["traffic"], host):
        return None
    return Latest(told["traffic"], told["totals"])


def _own(told: _Traffic, host: str) -> bool:
    return told["host"] == host and all(host_of(device) == host for device in told["rates"])
