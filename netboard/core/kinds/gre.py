"""gre, gretap, ip6gre, ip6gretap, erspan: generic routing encapsulation."""

from typing import Final

from netboard.core.kinds.attributes import address, attributes, u8
from netboard.core.kinds.kind import Detail, Kind

_INPUT_KEY, _OUTPUT_KEY, _LOCAL, _REMOTE, _TTL = 4, 5, 6, 7, 8


def detail(data: bytes) -> Detail:
    """local, remote, ttl, and the keys where they are set."""
    found = attributes(data)
    words: dict[str, str | int | bool] = {}
    for name, number in (("local", _LOCAL), ("remote", _REMOTE)):
        if number in found and address(found[number]):
            words[name] = address(found[number])
    for name, number in (("ikey", _INPUT_KEY), ("okey", _OUTPUT_KEY)):
        if number in found and any(found[number]):
            words[name] = int.from_bytes(found[number], "big")
    if _TTL in found:
        words["ttl"] = u8(found[_TTL])
    return words


KINDS: Final = tuple(
    Kind(name, relation="underlay", detail=detail)
    for name in ("gre", "gretap", "ip6gre", "ip6gretap", "erspan", "ip6erspan")
)
