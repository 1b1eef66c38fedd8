"""tun: a device whose other end is a program (VPNs, virtual machines); `type` says tun (packets) or tap (frames)."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u8, u32
from netboard.core.kinds.kind import Detail, Kind

_OWNER, _GROUP, _TYPE, _PERSIST, _MULTI_QUEUE = 1, 2, 3, 6, 7
_TYPES: Final = {1: "tun", 2: "tap"}


def detail(data: bytes) -> Detail:
    """type, owner and group (numbers), persist, multi_queue."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _TYPE in found:
        words["type"] = _TYPES.get(u8(found[_TYPE]), str(u8(found[_TYPE])))
    for name, number in (("owner", _OWNER), ("group", _GROUP)):
        if number in found:
            words[name] = u32(found[number])
    for name, number in (("persist", _PERSIST), ("multi_queue", _MULTI_QUEUE)):
        if number in found:
            words[name] = u8(found[number]) != 0
    return words


KIND: Final = Kind("tun", detail=detail)
