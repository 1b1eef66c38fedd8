"""Which database: the embedded SQLite, or PostgreSQL with a bounded pool."""

from typing import Any

import dj_database_url

from netboard.wiring.settings import Settings

PRAGMAS = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA temp_store=MEMORY;
PRAGMA mmap_size=134217728;
PRAGMA cache_size=-8000;
PRAGMA journal_size_limit=16777216;
"""


def database(settings: Settings) -> dict[str, Any]:
    """One entry of Django's DATABASES.

    SQLite takes the write lock when a transaction begins (IMMEDIATE): a transaction that reads first and writes later
    would fail at once with "database is locked", however long the timeout.
    """
    if not settings.database_url:
        return _sqlite({"NAME": str((settings.data / "netboard.sqlite3").absolute())})
    found: dict[str, Any] = dict(dj_database_url.parse(settings.database_url))
    if found["ENGINE"].endswith("sqlite3"):
        return _sqlite(found)
    options = dict(found.get("OPTIONS") or {})
    options.setdefault("connect_timeout", 5)
    options.setdefault("pool", {"min_size": 1, "max_size": 10, "timeout": 5, "max_idle": 60})
    return {**found, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _sqlite(entry: dict[str, Any]) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": PRAGMAS}
    return {**entry, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": options}
