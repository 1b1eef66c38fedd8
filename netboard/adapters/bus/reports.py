"""Leases of operations, and what agents report: the operations' side of the bus.

operation:<id>:lease    the token of the delivery that works on it (expires)
operation:<id>:token    the highest token that was ever taken (expires after a day)
operation:<id>:ended    the highest token that came to an end and is never begun again (expires after a day)
reports                 stream of reports from all hosts, trimmed
reports:aside           stream of reports that make no sense, with the reason, trimmed
bell                    list that is pushed to when there is something to send

A report travels together with the renewing or giving back of the lease: one round trip.
"""

from typing import Annotated, Any, Final, NotRequired, TypedDict, cast

import msgspec

from netboard.adapters.bus import keys
from netboard.adapters.bus.edge import connect, mapped
from netboard.core.operations import Report, State, StepState
from netboard.core.ports import Told

REPORTS: Final = keys.PREFIX + "reports"
ASIDE: Final = REPORTS + ":aside"
BELL: Final = keys.PREFIX + "bell"
_KEPT: Final = 20_000
_KEPT_ASIDE: Final = 1_000
_DAY: Final = 86_400

_TAKE: Final = """
-- KEYS lease token ended  ARGV token milliseconds day
local taken = tonumber(redis.call('GET', KEYS[2]) or '0')
local mine = tonumber(ARGV[1])
if mine < taken or mine <= tonumber(redis.call('GET', KEYS[3]) or '0') then return 0 end
if mine == taken and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[2], mine, 'EX', ARGV[3])
redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
return 1
"""
_TELL: Final = """
-- KEYS lease token ended reports  ARGV token kept … report …
for i = FIRST, #ARGV do redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[2], '*', 'r', ARGV[i]) end
"""
_RENEW: Final = (
    _TELL.replace("FIRST", "4")
    + """
-- ARGV[3] milliseconds
if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""
)
_RELEASE: Final = (
    _TELL.replace("FIRST", "5")
    + """
-- ARGV[3] ended? ARGV[4] day
if ARGV[3] == '1' and tonumber(redis.call('GET', KEYS[3]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[4])
end
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
)
_BAR: Final = """
-- KEYS lease token ended  ARGV token day
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
return 1
"""


def _names(operation: str) -> list[str]:
    return [f"{keys.PREFIX}operation:{operation}:{name}" for name in ("lease", "token", "ended")]


class RedisReportWriter:
    """Fulfils `ports.ReportWriter`."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._take = self._client.register_script(_TAKE)
        self._renew = self._client.register_script(_RENEW)
        self._release = self._client.register_script(_RELEASE)

    def take(self, operation: str, token: int, seconds: float) -> bool:
        """Take the lease; False where this delivery has it or has ended, or a later one has it."""
        with mapped():
            return bool(self._take(keys=_names(operation), args=[token, int(seconds * 1000), _DAY]))

    def renew(self, operation: str, token: int, seconds: float, *reports: Report) -> bool:
        """Tell the recorder these and keep the lease; False where a later delivery has it."""
        told = map(msgspec.json.encode, reports)
        with mapped():
            args = [token, _KEPT, int(seconds * 1000), *told]
            return bool(self._renew(keys=[*_names(operation), REPORTS], args=args))

    def release(self, operation: str, token: int, ended: bool, *reports: Report) -> None:
        """Tell the recorder these and give the lease back. `ended`: this delivery came to an end; a copy of it that
        arrives late does nothing."""
        told = map(msgspec.json.encode, reports)
        with mapped():
            self._release(keys=[*_names(operation), REPORTS], args=[token, _KEPT, int(ended), _DAY, *told])

    def report(self, *reports: Report) -> None:
        """Tell the recorder these, in this order."""
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            for report in reports:
                pipe.xadd(REPORTS, {"r": msgspec.json.encode(report)}, maxlen=_KEPT, approximate=True)
            pipe.execute()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class _Phrase(TypedDict):
    code: str
    params: dict[str, Any]


class _Step(TypedDict):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    state: StepState
    detail: list[_Phrase]
    at: str


class _Shape(TypedDict):
    """A `core.operations.Report` without its recursive JSON, which msgspec cannot check."""

    host: str
    operation: str
    token: int
    at: str
    state: NotRequired[State]
    step: NotRequired[_Step]
    recorded: NotRequired[dict[str, str]]
    error: NotRequired[_Phrase]
    result: NotRequired[dict[str, Any]]


_decode: Final = msgspec.json.Decoder(_Shape).decode


class RedisReportReader:
    """Fulfils `ports.ReportReader`."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._bar = self._client.register_script(_BAR)

    def reports(self, after: str, most: int = 500, wait: float = 0.0) -> list[Told]:
        """Reports after a position, waiting up to so many seconds (at most 4) for the first."""
        with mapped():
            block = int(min(wait, 4.0) * 1000) or None
            answer = self._client.xread({REPORTS: after}, count=most, block=block)
        entries = answer[0][1] if answer else []
        return [_told(where.decode(), fields) for where, fields in entries]

    def set_aside(self, position: str, why: str) -> None:
        """Keep the report at this position, which nobody can take in, for people to look at."""
        with mapped():
            found = self._client.xrange(REPORTS, position, position)
            fields = {**(found[0][1] if found else {}), "why": why[:500], "position": position}
            self._client.xadd(ASIDE, fields, maxlen=_KEPT_ASIDE, approximate=True)

    def aside(self) -> int:
        """How many reports were ever set aside."""
        with mapped():
            if not self._client.exists(ASIDE):
                return 0
            return int(self._client.xinfo_stream(ASIDE).get("entries-added") or self._client.xlen(ASIDE))

    def held(self, operations: list[str]) -> set[str]:
        """Which of these operations an agent holds a live lease on."""
        if not operations:
            return set()
        with mapped():
            found = self._client.mget([_names(operation)[0] for operation in operations])
        return {operation for operation, lease in zip(operations, found, strict=True) if lease is not None}

    def bar(self, operation: str, token: int) -> bool:
        """Have no agent begin a delivery up to this one any more; False where one has begun some delivery of it."""
        with mapped():
            return bool(self._bar(keys=_names(operation), args=[token, _DAY]))

    def ring(self) -> None:
        """Say that there is something to send."""
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            pipe.rpush(BELL, 1)
            pipe.ltrim(BELL, 0, 0)
            pipe.execute()

    def rung(self, seconds: float) -> bool:
        """Wait up to so many seconds (at most 4) for somebody to ring."""
        with mapped():
            return self._client.blpop([BELL], timeout=min(seconds, 4.0)) is not None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _told(position: str, fields: dict[bytes, Any]) -> Told:
    try:
        return Told(position, cast("Report", _decode(fields.get(b"r", b""))))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Told(position, None, str(error))
