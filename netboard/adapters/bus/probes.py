"""Sweeps and monitors on the bus.

probe-reports             stream of what agents tell: `h` host, and `s` a report or `o` observations; trimmed
probe-reports:aside       stream of messages that make no sense, with the reason, trimmed
probe-bell                list that is pushed to when there is a sweep to send
sweep:<id>:cancel         set by who wants it cancelled (expires after a day)
host:<id>:monitors        the host's signed plan of monitors (JSON)

Leases are those of operations; a sweep's name among them is `sweep-<id>`.
"""

from collections.abc import Sequence
from typing import Any, Final, NotRequired, TypedDict, cast

import msgspec

from netboard.adapters.bus import keys
from netboard.adapters.bus.edge import connect, mapped
from netboard.adapters.bus.reports import RedisReportReader, RedisReportWriter
from netboard.core.probes.model import Kind, Method, Observation, SweepReport, SweepState
from netboard.core.probes.ports import ProbeTold
from netboard.core.signing import Signed

REPORTS: Final = keys.PREFIX + "probe-reports"
ASIDE: Final = REPORTS + ":aside"
BELL: Final = keys.PREFIX + "probe-bell"
_KEPT: Final = 20_000
_KEPT_ASIDE: Final = 1_000
_DAY: Final = 86_400


def plan_key(host: str) -> str:
    """The key of a host's plan of monitors."""
    return f"{keys.PREFIX}host:{host}:monitors"


def _lease(sweep: str) -> str:
    return f"sweep-{sweep}"


def _cancel(sweep: str) -> str:
    return f"{keys.PREFIX}sweep:{sweep}:cancel"


class RedisProbeWriter:
    """Fulfils `core.probes.ports.ProbeWriter`. Threads may share one."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._leases = RedisReportWriter(url)

    def take(self, sweep: str, token: int, seconds: float) -> bool:
        """Take the lease of a sweep."""
        return self._leases.take(_lease(sweep), token, seconds)

    def renew(self, sweep: str, token: int, seconds: float, *reports: SweepReport) -> bool:
        """Tell the board these and keep the lease; False where a later delivery has it."""
        self.report(*reports)
        return self._leases.renew(_lease(sweep), token, seconds)

    def release(self, sweep: str, token: int, ended: bool, *reports: SweepReport) -> None:
        """Tell the board these and give the lease back."""
        self.report(*reports)
        self._leases.release(_lease(sweep), token, ended)

    def report(self, *reports: SweepReport) -> None:
        """Tell the board these, in this order."""
        self._add([{"h": one["host"], "s": msgspec.json.encode(one)} for one in reports])

    def cancelled(self, sweep: str) -> bool:
        """Whether somebody asked to cancel it."""
        with mapped():
            return bool(self._client.exists(_cancel(sweep)))

    def observe(self, host: str, observations: Sequence[Observation]) -> None:
        """Tell the board what one host's monitors found."""
        if observations:
            self._add([{"h": host, "o": msgspec.json.encode(observations)}])

    def plan(self, host: str) -> Signed | None:
        """The host's signed plan of monitors, unchecked."""
        with mapped():
            raw = self._client.get(plan_key(host))
        try:
            return cast("Signed", msgspec.json.decode(raw)) if raw else None
        except msgspec.DecodeError:
            return None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self._leases.close()

    def _add(self, entries: Sequence[dict[str, Any]]) -> None:
        if not entries:
            return
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            for fields in entries:
                pipe.xadd(REPORTS, fields, maxlen=_KEPT, approximate=True)
            pipe.execute()


class _Phrase(TypedDict):
    code: str
    params: dict[str, Any]


class _Result(TypedDict):
    """A `core.probes.model.Result` without its recursive JSON, which msgspec cannot check."""

    address: str
    alive: bool
    method: Method | None
    rtt_us: float | None
    mac: str
    macs: list[str]
    ports: dict[str, str]
    duplicates: int
    late: bool
    wrong_sender: str
    kind: Kind
    container: str
    name: str
    explanation: list[_Phrase]


class _Report(TypedDict):
    host: str
    sweep: str
    token: int
    at: str
    state: NotRequired[SweepState]
    asked: NotRequired[int]
    total: NotRequired[int]
    alive: NotRequired[int]
    results: NotRequired[list[_Result]]
    error: NotRequired[_Phrase]
    method: NotRequired[str]


_decode_report: Final = msgspec.json.Decoder(_Report).decode
_decode_observations: Final = msgspec.json.Decoder(list[Observation]).decode


class RedisProbeReader:
    """Fulfils `core.probes.ports.ProbeReader`. Threads may share one."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._leases = RedisReportReader(url)

    def reports(self, after: str, most: int = 500, wait: float = 0.0) -> list[ProbeTold]:
        """Messages after a position, waiting up to so many seconds (at most 4) for the first."""
        with mapped():
            block = int(min(wait, 4.0) * 1000) or None
            answer = self._client.xread({REPORTS: after}, count=most, block=block)
        return [_told(where.decode(), fields) for where, fields in (answer[0][1] if answer else [])]

    def set_aside(self, position: str, why: str) -> None:
        """Keep the message at this position for people to look at."""
        with mapped():
            found = self._client.xrange(REPORTS, position, position)
            fields = {**(found[0][1] if found else {}), "why": why[:500], "position": position}
            self._client.xadd(ASIDE, fields, maxlen=_KEPT_ASIDE, approximate=True)

    def held(self, sweeps: Sequence[str]) -> set[str]:
        """Which of these sweeps an agent holds a live lease on."""
        found = self._leases.held([_lease(sweep) for sweep in sweeps])
        return {sweep for sweep in sweeps if _lease(sweep) in found}

    def bar(self, sweep: str, token: int) -> bool:
        """Have no agent begin a delivery up to this one any more; False where one has begun some delivery of it."""
        return bool(self._leases.bar(_lease(sweep), token))

    def cancel(self, sweep: str) -> None:
        """Ask the agent to stop it, or not to begin it."""
        with mapped():
            self._client.set(_cancel(sweep), 1, ex=_DAY)

    def ring(self) -> None:
        """Say that there is a sweep to send."""
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            pipe.lpush(BELL, 1)
            pipe.ltrim(BELL, 0, 0)
            pipe.execute()

    def rung(self, seconds: float) -> bool:
        """Wait up to so many seconds (at most 4) for somebody to ring."""
        with mapped():
            return self._client.blpop([BELL], timeout=min(seconds, 4.0)) is not None

    def put_plan(self, host: str, plan: Signed) -> None:
        """Replace a host's plan of monitors."""
        with mapped():
            self._client.set(plan_key(host), msgspec.json.encode(plan))

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self._leases.close()


def _told(position: str, fields: dict[bytes, bytes]) -> ProbeTold:
    kind: Any = "observations" if b"o" in fields else "sweep"
    host = fields.get(b"h", b"").decode("utf-8", "replace")
    try:
        if kind == "observations":
            return ProbeTold(position, kind, host, observations=_decode_observations(fields[b"o"]))
        report = cast("SweepReport", _decode_report(fields.get(b"s", b"")))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return ProbeTold(position, kind, host, why=str(error))
    if report["host"] != host:
        return ProbeTold(position, kind, host, why="the report names another host")
    return ProbeTold(position, kind, host, report)
