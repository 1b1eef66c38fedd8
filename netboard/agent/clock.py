"""The time, as it is written into logs and statuses."""

from datetime import UTC, datetime


def utc() -> str:
    """Now, as RFC 3339 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
