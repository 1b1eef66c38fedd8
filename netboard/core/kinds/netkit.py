"""netkit: a pair of devices like veth, driven by BPF programs (since Linux 6.7)."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u8, u32
from netboard.core.kinds.kind import Detail, Kind

_PRIMARY, _POLICY, _MODE = 2, 3, 5
_MODES: Final = {0: "l2", 1: "l3"}
_POLICIES: Final = {0: "forward", 2: "blackhole"}


def detail(data: bytes) -> Detail:
    """mode, policy, primary."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _MODE in found:
        words["mode"] = _MODES.get(u32(found[_MODE]), str(u32(found[_MODE])))
    if _POLICY in found:
        words["policy"] = _POLICIES.get(u32(found[_POLICY]), str(u32(found[_POLICY])))
    if _PRIMARY in found:
        words["primary"] = bool(u8(found[_PRIMARY]))
    return words


KIND: Final = Kind("netkit", relation="peer", detail=detail)
