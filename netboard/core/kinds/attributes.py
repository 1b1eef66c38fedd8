"""Reading the attributes of a netlink message: type, length, value, each padded to four bytes."""

import socket
from struct import Struct
from typing import Final

_HEADER: Final = Struct("=HH")
_U16: Final = Struct("=H")
_BE16: Final = Struct("!H")
_U32: Final = Struct("=I")
_TYPE_MASK: Final = 0x3FFF
"""Without NLA_F_NESTED and NLA_F_NET_BYTEORDER."""


def attributes(data: bytes, start: int = 0, end: int | None = None) -> dict[int, bytes]:
    """The attributes between two offsets, by type; the last of a repeated one. What is cut short is left out."""
    found: dict[int, bytes] = {}
    stop = len(data) if end is None else end
    unpack = _HEADER.unpack_from
    while start + 4 <= stop:
        length, kind = unpack(data, start)
        if length < 4 or start + length > stop:
            break
        found[kind & _TYPE_MASK] = data[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def some_attributes(data: bytes, start: int, wanted: frozenset[int]) -> dict[int, bytes]:
    """As `attributes`, but only these types: a link has some fifty attributes, of which few are read."""
    found: dict[int, bytes] = {}
    stop = len(data)
    unpack = _HEADER.unpack_from
    while start + 4 <= stop:
        length, kind = unpack(data, start)
        if length < 4 or start + length > stop:
            break
        kind &= _TYPE_MASK
        if kind in wanted:
            found[kind] = data[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def repeated(data: bytes, kind: int) -> list[bytes]:
    """All values of one type, for lists such as alternative names."""
    found: list[bytes] = []
    start = 0
    while start + 4 <= len(data):
        length, this = _HEADER.unpack_from(data, start)
        if length < 4 or start + length > len(data):
            break
        if this & _TYPE_MASK == kind:
            found.append(data[start + 4 : start + length])
        start += (length + 3) & ~3
    return found


def text(value: bytes) -> str:
    """A zero-terminated string; what is no UTF-8 is replaced."""
    return value.split(b"\0", 1)[0].decode("utf-8", "replace")


def u8(value: bytes) -> int:
    """One byte."""
    return value[0] if value else 0


def u16(value: bytes) -> int:
    """Two bytes in the machine's order."""
    return int(_U16.unpack_from(value)[0]) if len(value) >= 2 else u8(value)


def be16(value: bytes) -> int:
    """Two bytes in network order (ports, protocols)."""
    return int(_BE16.unpack_from(value)[0]) if len(value) >= 2 else u8(value)


def u32(value: bytes) -> int:
    """Four bytes in the machine's order."""
    return int(_U32.unpack_from(value)[0]) if len(value) >= 4 else u16(value)


def address(value: bytes) -> str:
    """An IPv4 or IPv6 address; empty where it is neither, or unspecified (all zero)."""
    if not any(value):
        return ""
    if len(value) == 4:
        return socket.inet_ntop(socket.AF_INET, value)
    if len(value) == 16:
        return socket.inet_ntop(socket.AF_INET6, value)
    return ""
