"""vxlan: Ethernet in UDP between hosts; Docker's overlay networks are made of it.

The device that carries it is in its own attributes (IFLA_VXLAN_LINK): its IFLA_LINK holds nothing, or, where a
namespace id is sent as well, its own index. Both count in the namespace that the device was made in.
"""

from typing import Final

from netboard.core.kinds.attributes import address, attributes, be16, u8, u32
from netboard.core.kinds.kind import Detail, Kind

_ID, _GROUP, _LINK, _LOCAL, _LEARNING, _PROXY, _PORT, _GROUP6, _LOCAL6 = 1, 2, 3, 4, 7, 11, 15, 16, 17


def detail(data: bytes) -> Detail:
    """vni, port, link (ifindex of what carries it), remote (a far end or multicast group), local, learning, proxy."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    if _ID in found:
        words["vni"] = u32(found[_ID])
    if _PORT in found:
        words["port"] = be16(found[_PORT])
    if _LINK in found and u32(found[_LINK]):
        words["link"] = u32(found[_LINK])
    for name, numbers in (("remote", (_GROUP, _GROUP6)), ("local", (_LOCAL, _LOCAL6))):
        for number in numbers:
            if number in found and address(found[number]):
                words[name] = address(found[number])
    for name, number in (("learning", _LEARNING), ("proxy", _PROXY)):
        if number in found:
            words[name] = u8(found[number]) != 0
    return words


KIND: Final = Kind("vxlan", relation="underlay", detail=detail, link_from="link")
