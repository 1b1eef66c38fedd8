"""Frames that tell only what is new: what waits for a slow client is one frame, in which later rows replace earlier."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

MOST: Final = 5_000
"""Rows that may wait for one client; of more the oldest are left out, and the page asks for the whole at the end."""

_ROWS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Hashable]]]] = {
    "sweep": ("results", lambda row: row.get("address")),
    "reach": ("items", lambda row: (row.get("monitor"), row.get("key"))),
}
"""By the type of a frame: where its rows are, and what tells them apart."""


def gathers(frame: Mapping[str, Any]) -> bool:
    """Whether frames of this type hold only what is new, so that none may be left out."""
    return frame.get("type") in _ROWS


def gathered(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Two frames of one type and about the same thing as one."""
    name, key = _ROWS[str(later["type"])]
    rows = {key(row): row for frame in (earlier, later) for row in frame.get(name, ())}
    return {**later, name: list(rows.values())[-MOST:]}
