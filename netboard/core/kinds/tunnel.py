"""ipip, sit, ip6tnl: IP in IP."""

from typing import Final

from netboard.core.kinds.attributes import address, attributes, u8
from netboard.core.kinds.kind import Detail, Kind

_LOCAL, _REMOTE, _TTL = 2, 3, 4


def detail(data: bytes) -> Detail:
    """local, remote, ttl."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    for name, number in (("local", _LOCAL), ("remote", _REMOTE)):
        if number in found and address(found[number]):
            words[name] = address(found[number])
    if _TTL in found:
        words["ttl"] = u8(found[_TTL])
    return words


KINDS: Final = tuple(Kind(name, relation="underlay", detail=detail) for name in ("ipip", "sit", "ip6tnl"))
