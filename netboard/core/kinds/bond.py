"""bond: several devices as one."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u8, u32
from netboard.core.kinds.kind import Detail, Kind

_MODE, _ACTIVE, _MIIMON = 1, 2, 3
_MODES: Final = (
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
)


def detail(data: bytes) -> Detail:
    """mode, active (ifindex of the active port), miimon (milliseconds)."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _MODE in found:
        mode = u8(found[_MODE])
        words["mode"] = _MODES[mode] if mode < len(_MODES) else str(mode)
    if _ACTIVE in found:
        words["active"] = u32(found[_ACTIVE])
    if _MIIMON in found:
        words["miimon"] = u32(found[_MIIMON])
    return words


KIND: Final = Kind("bond", detail=detail)
