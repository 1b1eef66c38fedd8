"""Whether the board can do its work: database, Redis, recorder, observers. Parts above may add probes of their own."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from django.conf import settings
from django.db import DatabaseError, connection

from netboard.accounts.access import EVERYTHING
from netboard.core.errors import BusUnavailable
from netboard.hosts import selectors, texts


class Part(TypedDict, total=False):
    """One part's health. `ok` false of a needed part makes the whole not ready."""

    ok: bool
    needed: bool
    code: str
    text: str
    ms: float
    age_s: float | None
    detail: Mapping[str, Any]


Probe = Callable[[], Part]
_probes: dict[str, Probe] = {}


def register(name: str, probe: Probe) -> None:
    """Add a probe (`outbox` …), from an app's `ready()`."""
    _probes[name] = probe


def database() -> Part:
    """Whether the database answers, and in how many milliseconds."""
    begun = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return {"ok": False, "needed": True, "code": "database_silent", "text": texts.sentence("database_silent")}
    return {"ok": True, "needed": True, "ms": _ms(begun)}


def bus() -> Part:
    """Whether Redis answers, and in how many milliseconds."""
    begun = time.perf_counter()
    try:
        selectors.reader().ping()
    except BusUnavailable as error:
        text = texts.sentence(error.code, error.params)
        return {"ok": False, "needed": True, "code": error.code, "text": text}
    return {"ok": True, "needed": True, "ms": _ms(begun)}


def recorder() -> Part:
    """Whether the recorder lives. The board shows the truth without it, so it is not needed to be ready."""
    age, detail = selectors.life_sign("recorder")
    if age is not None and age <= 3 * settings.NETBOARD.stale_after:
        return {"ok": True, "needed": False, "age_s": round(age, 1), "detail": detail}
    text = texts.sentence("recorder_silent")
    return {"ok": False, "needed": False, "code": "recorder_silent", "age_s": age, "text": text}


def observers() -> dict[str, Any]:
    """Each host's observer: age of its heartbeat, and its sources with their texts."""
    return {host.id: observer(host) for host in selectors.known_hosts(EVERYTHING)}


def observer(host: selectors.Known) -> dict[str, Any]:
    """One host's observer."""
    status = host.status
    found: dict[str, Any] = {
        "title": host.title,
        "ok": not host.silent,
        "age_s": None if host.age is None else round(host.age, 1),
        "sources": {},
    }
    if host.silent:
        found |= {"code": "observer_silent", "text": texts.sentence("observer_silent")}
    if status is not None:
        found |= {"version": status["version"], "checks": status["checks"], "differences": status["differences"]}
        found["sources"] = {name: _source(dict(source)) for name, source in status["sources"].items()}
    return found


def _source(source: dict[str, Any]) -> dict[str, Any]:
    code = source.get("code") or ""
    return {**source, "text": texts.sentence(code, source.get("params") or {})} if code else source


def report() -> tuple[bool, dict[str, Any]]:
    """Whether the board is ready, and every part's health."""
    parts: dict[str, Part] = {"database": database(), "redis": bus()}
    found: dict[str, Any] = dict(parts)
    if parts["database"]["ok"]:
        parts |= {"recorder": recorder(), **{name: probe() for name, probe in _probes.items()}}
        found = {**parts, "observers": observers()}
    ready = all(part.get("ok") for part in parts.values() if part.get("needed"))
    return ready, found


def _ms(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 2)
