"""vlan: one tagged VLAN of a lower device."""

from typing import Final

from netboard.core.kinds.attributes import attributes, be16, u16
from netboard.core.kinds.kind import Detail, Kind

_ID, _PROTOCOL = 1, 5
_PROTOCOLS: Final = {0x8100: "802.1q", 0x88A8: "802.1ad"}


def detail(data: bytes) -> Detail:
    """id, protocol."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _ID in found:
        words["id"] = u16(found[_ID])
    if _PROTOCOL in found:
        words["protocol"] = _PROTOCOLS.get(be16(found[_PROTOCOL]), f"{be16(found[_PROTOCOL]):#06x}")
    return words


KIND: Final = Kind("vlan", relation="lower", detail=detail)
