"""bridge: a switch in the kernel; Docker makes one for each network of its driver `bridge`."""

from typing import Final

from netboard.core.kinds.attributes import attributes, u8, u16, u32
from netboard.core.kinds.kind import Detail, Kind

_STP_STATE, _PRIORITY, _VLAN_FILTERING, _NF_IPTABLES, _NF_IP6TABLES = 5, 6, 7, 36, 37


def detail(data: bytes) -> Detail:
    """stp, priority, vlan_filtering, nf_call_iptables, nf_call_ip6tables. Timers and learnt values are left out."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _STP_STATE in found:
        words["stp"] = u32(found[_STP_STATE]) != 0
    if _PRIORITY in found:
        words["priority"] = u16(found[_PRIORITY])
    for name, number in (
        ("vlan_filtering", _VLAN_FILTERING),
        ("nf_call_iptables", _NF_IPTABLES),
        ("nf_call_ip6tables", _NF_IP6TABLES),
    ):
        if number in found:
            words[name] = u8(found[number]) != 0
    return words


KIND: Final = Kind("bridge", detail=detail)
