"""Which sources of which hosts are silent. Judged by this process's own clock, so that hosts' clocks may differ."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from netboard.core.clock import utc
from netboard.live import frames

OBSERVER: Final = "observer"


class _Source(msgspec.Struct):
    state: str = "live"
    since: str = ""
    code: str = ""
    params: dict[str, Any] = {}


class _Status(msgspec.Struct):
    at: str = ""
    sources: dict[str, _Source] = {}


_decode: Final = msgspec.json.Decoder(_Status).decode


class Silence(NamedTuple):
    """A source that does not speak: since when, and why if it is known."""

    since: str
    code: str = ""
    params: tuple[tuple[str, Any], ...] = ()


class News(NamedTuple):
    """A frame about a source."""

    source: str
    frame: str


class _Beat(msgspec.Struct):
    at: str
    heard: float
    silent: dict[str, Silence] = {}


class Health:
    """The heartbeats of all hosts. Times are seconds of any steady clock."""

    def __init__(self, stale_after: float) -> None:
        self._stale_after = stale_after
        self._beats: dict[str, _Beat] = {}

    def hear(self, host: str, status: bytes, now: float) -> list[News]:
        """Take in a heartbeat; answers the news in it."""
        said = _decode(status)
        beat = self._beats.get(host)
        if beat is None:
            beat = self._beats[host] = _Beat(said.at, now if _age(said.at) < self._stale_after else 0.0)
        elif said.at != beat.at:
            beat.at, beat.heard = said.at, now
        silent = {
            name: Silence(source.since or said.at, source.code, tuple(source.params.items()))
            for name, source in said.sources.items()
            if source.state != "live"
        }
        if beat.heard + self._stale_after <= now:
            silent[OBSERVER] = beat.silent.get(OBSERVER) or Silence(beat.at)
        return self._become(host, beat, silent)

    def _become(self, host: str, beat: _Beat, silent: dict[str, Silence]) -> list[News]:
        told = [News(source, frames.live(host, source)) for source in beat.silent if source not in silent]
        told += [
            News(source, _frame(host, source, why)) for source, why in silent.items() if beat.silent.get(source) != why
        ]
        beat.silent = silent
        return told

    def pause(self, now: float) -> None:
        """The bus was away: nobody could be heard, so that nobody is silent for it."""
        for beat in self._beats.values():
            if OBSERVER not in beat.silent:
                beat.heard = now

    def keep(self, hosts: Iterable[str]) -> None:
        """Forget all other hosts."""
        wanted = set(hosts)
        for host in [host for host in self._beats if host not in wanted]:
            del self._beats[host]

    def missing(self, host: str, now: float) -> list[News]:
        """A host without a heartbeat on the bus; answers the news in it."""
        beat = self._beats.get(host)
        if beat is None:
            beat = self._beats[host] = _Beat(utc(), now)
        if beat.heard + self._stale_after > now or OBSERVER in beat.silent:
            return []
        return self._become(host, beat, {**beat.silent, OBSERVER: Silence(beat.at)})

    def silent(self, host: str) -> list[News]:
        """All silent sources of this host: what a newcomer must know."""
        beat = self._beats.get(host)
        return [News(source, _frame(host, source, why)) for source, why in beat.silent.items()] if beat else []


def _frame(host: str, source: str, why: Silence) -> str:
    return frames.stale(host, source, why.since, why.code, dict(why.params))


def _age(at: str) -> float:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
