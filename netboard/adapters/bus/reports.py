"""Leases of operations, wishes to cancel, and what agents report: the operations' side of the bus.

operation:<id>:lease    the token of the delivery that works on it (expires)
operation:<id>:token    the highest token that was ever taken (expires after a day)
operation:<id>:ended    the highest token that came to an end and is never begun again (expires after a day)
operation:<id>:cancel   set by who wants it cancelled (expires after a day)
reports                 stream of reports from all hosts, trimmed
bell                    list that is pushed to when there is something to send
"""

from typing import Final, cast

import msgspec

from netboard.adapters.bus import keys
from netboard.adapters.bus.edge import connect, mapped
from netboard.core.operations import Report

REPORTS: Final = keys.PREFIX + "reports"
BELL: Final = keys.PREFIX + "bell"
_KEPT: Final = 20_000
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
_RENEW: Final = """
-- KEYS lease token  ARGV token milliseconds
if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE: Final = """
-- KEYS lease token ended  ARGV token ended? day
if ARGV[2] == '1' and tonumber(redis.call('GET', KEYS[3]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[3])
end
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
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

    def renew(self, operation: str, token: int, seconds: float) -> bool:
        """Keep the lease; False where a later delivery has it."""
        with mapped():
            return bool(self._renew(keys=_names(operation)[:2], args=[token, int(seconds * 1000)]))

    def release(self, operation: str, token: int, ended: bool) -> None:
        """Give the lease back. `ended`: this delivery came to an end; a copy that arrives late does nothing."""
        with mapped():
            self._release(keys=_names(operation), args=[token, int(ended), _DAY])

    def cancelled(self, operation: str) -> bool:
        """Whether somebody asked to cancel it."""
        with mapped():
            return bool(self._client.exists(f"{keys.PREFIX}operation:{operation}:cancel"))

    def report(self, report: Report) -> None:
        """Tell the recorder."""
        with mapped():
            self._client.xadd(REPORTS, {"r": msgspec.json.encode(report)}, maxlen=_KEPT, approximate=True)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class RedisReportReader:
    """Fulfils `ports.ReportReader`."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def reports(self, after: str, most: int = 500, wait: float = 0.0) -> list[tuple[str, Report]]:
        """Reports after a position, waiting up to so many seconds (at most 4) for the first."""
        with mapped():
            block = int(min(wait, 4.0) * 1000) or None
            answer = self._client.xread({REPORTS: after}, count=most, block=block)
        entries = next(iter(answer.values()))[0] if isinstance(answer, dict) and answer else []
        if not isinstance(answer, dict):
            entries = answer[0][1] if answer else []
        return [(where.decode(), cast("Report", msgspec.json.decode(fields[b"r"]))) for where, fields in entries]

    def held(self, operations: list[str]) -> set[str]:
        """Which of these operations an agent holds a live lease on."""
        if not operations:
            return set()
        with mapped():
            found = self._client.mget([_names(operation)[0] for operation in operations])
        return {operation for operation, lease in zip(operations, found, strict=True) if lease is not None}

    def bar(self, operation: str, token: int) -> None:
        """Have no agent begin a delivery up to this one any more."""
        with mapped():
            self._client.set(_names(operation)[2], token, ex=_DAY)

    def cancel(self, operation: str) -> None:
        """Ask the agent not to begin it."""
        with mapped():
            self._client.set(f"{keys.PREFIX}operation:{operation}:cancel", 1, ex=_DAY)

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
