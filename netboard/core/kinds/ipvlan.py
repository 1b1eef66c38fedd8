"""ipvlan: further addresses on a lower device, sharing its MAC address."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u16
from netboard.core.kinds.kind import Detail, Kind

_MODE, _FLAGS = 1, 2
_MODES: Final = {0: "l2", 1: "l3", 2: "l3s"}
_FLAG_WORDS: Final = {0: "bridge", 1: "private", 2: "vepa"}


def detail(data: bytes) -> Detail:
    """mode, flag (bridge, private, vepa)."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _MODE in found:
        words["mode"] = _MODES.get(u16(found[_MODE]), str(u16(found[_MODE])))
    if _FLAGS in found:
        words["flag"] = _FLAG_WORDS.get(u16(found[_FLAGS]), str(u16(found[_FLAGS])))
    return words


KIND: Final = Kind("ipvlan", relation="lower", detail=detail)
