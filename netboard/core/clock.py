"""Moments as text: RFC 3339 in UTC with milliseconds, everywhere the same."""

from datetime import UTC, datetime


def utc(moment: float | None = None) -> str:
    """This moment, or another one in seconds since the epoch."""
    at = datetime.now(UTC) if moment is None else datetime.fromtimestamp(moment, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
