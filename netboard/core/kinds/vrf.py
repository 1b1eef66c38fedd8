"""vrf: a routing domain; its ports use its table."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u32
from netboard.core.kinds.kind import Detail, Kind

_TABLE: Final = 1


def detail(data: bytes) -> Detail:
    """table."""
    found = attributes(data)
    return {"table": u32(found[_TABLE])} if _TABLE in found else {}


KIND: Final = Kind("vrf", detail=detail)
