"""What the SDK raises becomes an error of ours, here and nowhere else.

no socket, refused            engine_absent
permission on the socket      engine_denied
no answer in time, cut off    engine_silent
API older than 1.41           engine_too_old
404                           Missing
"""

import errno
from typing import Final

import requests
import urllib3
from docker.errors import APIError, DockerException

from netboard.core.errors import EngineUnavailable, Missing, NetboardError
from netboard.core.model import Source, SourceState

OLDEST_API: Final = (1, 41)
"""Docker Engine 20.10: the first whose network and container lists have all that is read here."""

STATES: Final[dict[str, SourceState]] = {
    "engine_absent": "absent",
    "engine_denied": "absent",
    "engine_too_old": "absent",
    "engine_silent": "stale",
}
"""What a source is called by the code of its error: `stale` means that it may answer again by itself."""

RAISED: Final = (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
"""All that a call of the SDK may raise: its own, its transport's, and what decoding makes of a cut answer."""


def mapped(error: BaseException, address: str) -> NetboardError:
    """The error of ours for one of the SDK's; `address` is the engine's, for the sentence."""
    if isinstance(error, NetboardError):
        return error
    if isinstance(error, APIError):
        if error.status_code == 404:
            return Missing(f"The engine knows no such object: {error.explanation}")
        if error.status_code in (401, 403):
            return _denied(address)
        return _silent(address, f"HTTP {error.status_code}: {error.explanation}")
    number = _errno(error)
    if number in (errno.EACCES, errno.EPERM):
        return _denied(address)
    if number in (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR, errno.ENOTSOCK):
        return EngineUnavailable(
            f"No Docker Engine listens on {address}; start it, or set NETBOARD_DOCKER to where it does.",
            code="engine_absent",
            params={"address": address},
        )
    return _silent(address, type(error).__name__)


def too_old(version: str, api_version: str) -> EngineUnavailable:
    """The error for an engine whose API is older than `OLDEST_API`."""
    oldest = ".".join(map(str, OLDEST_API))
    return EngineUnavailable(
        f"Docker Engine {version} speaks API {api_version}; netboard needs {oldest} or newer: update the engine.",
        code="engine_too_old",
        params={"version": version, "api_version": api_version, "oldest": oldest},
    )


def source_of(error: NetboardError, since: str) -> Source:
    """How the source is told while this error lasts. `since`: RFC 3339 in UTC."""
    code = error.code if error.code in STATES else "engine_silent"
    params = tuple(sorted((name, str(value)) for name, value in error.params.items()))
    return Source(STATES[code], since, code, params)


def _denied(address: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"The engine's socket {address} may not be used by this user; run the agent as root or in the group docker.",
        code="engine_denied",
        params={"address": address},
    )


def _silent(address: str, reason: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"The Docker Engine behind {address} does not answer ({reason}); it may be stopped or overloaded.",
        code="engine_silent",
        params={"address": address, "reason": reason},
    )


def _errno(error: BaseException) -> int | None:
    """The errno at the bottom: an OSError is wrapped in `args`, `reason`, `__cause__` or `__context__`."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, OSError) and not isinstance(one, requests.RequestException) and one.errno is not None:
            return one.errno
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting.extend(each for each in inner if isinstance(each, BaseException))
    return None
