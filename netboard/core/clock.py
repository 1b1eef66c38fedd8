"""Moments as text: RFC 3339 in UTC with milliseconds, everywhere the same."""

from datetime import UTC, datetime


def utc() -> str:
    """This moment."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
