"""macvlan: a further MAC address on a lower device. A host cannot reach its own macvlan children through the parent."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u16, u32
from netboard.core.kinds.kind import Detail, Kind

_MODE, _FLAGS = 1, 2
_MODES: Final = {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}
_NO_PROMISCUOUS: Final = 1


def detail(data: bytes) -> Detail:
    """mode; nopromisc where it is set."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _MODE in found:
        words["mode"] = _MODES.get(u32(found[_MODE]), str(u32(found[_MODE])))
    if _FLAGS in found and u16(found[_FLAGS]) & _NO_PROMISCUOUS:
        words["nopromisc"] = True
    return words


KIND: Final = Kind("macvlan", relation="lower", detail=detail)
