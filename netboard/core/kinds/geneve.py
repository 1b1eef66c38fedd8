"""geneve: Ethernet in UDP, with options; the successor of vxlan in some overlays."""

from typing import Final

from netboard.core.kinds.attributes import address, attributes, be16, u32
from netboard.core.kinds.kind import Detail, Kind

_ID, _REMOTE, _PORT, _REMOTE6 = 1, 2, 5, 7


def detail(data: bytes) -> Detail:
    """vni, port, remote."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _ID in found:
        words["vni"] = u32(found[_ID])
    if _PORT in found:
        words["port"] = be16(found[_PORT])
    for number in (_REMOTE, _REMOTE6):
        if number in found and address(found[number]):
            words["remote"] = address(found[number])
    return words


KIND: Final = Kind("geneve", detail=detail)
