"""ICMP echo, of both families, as bytes."""

import secrets
import struct
from typing import Final, Literal, NamedTuple

IDENT: Final = secrets.token_bytes(8)
"""What this process's requests carry, so that another program's answers are not taken for its own."""
_KINDS4: Final = {0: "reply", 3: "unreachable"}
_KINDS6: Final = {129: "reply", 1: "unreachable"}
_FILTERED: Final = {4: (9, 10, 13), 6: (1, 5, 6)}
"""Codes of `unreachable` that say that somebody forbade it."""


class Reply(NamedTuple):
    """What an ICMP message says of one of our requests."""

    kind: Literal["reply", "unreachable", "filtered"]
    ident: int
    sequence: int


def request(ident: int, sequence: int, six: bool) -> bytes:
    """An echo request. Of IPv6 the kernel fills in the checksum."""
    head = struct.pack("!BBHHH", 128 if six else 8, 0, 0, ident, sequence)
    if six:
        return head + IDENT
    return struct.pack("!BBHHH", 8, 0, checksum(head + IDENT), ident, sequence) + IDENT


def understand(packet: bytes, six: bool) -> Reply | None:
    """What a packet from a raw socket says: of IPv4 it begins with the IP header, of IPv6 with the ICMP one."""
    message = packet if six else packet[(packet[0] & 15) * 4 :] if packet else b""
    if len(message) < 8:
        return None
    kind = (_KINDS6 if six else _KINDS4).get(message[0])
    if kind == "reply":
        _, _, _, ident, sequence = struct.unpack_from("!BBHHH", message)
        return Reply("reply", ident, sequence) if message[8:16] == IDENT else None
    if kind is None:
        return None
    quoted = message[8:]
    inner = quoted[40:] if six else quoted[(quoted[0] & 15) * 4 :] if quoted else b""
    if len(inner) < 8 or inner[0] != (128 if six else 8):
        return None
    _, _, _, ident, sequence = struct.unpack_from("!BBHHH", inner)
    return Reply("filtered" if message[1] in _FILTERED[6 if six else 4] else "unreachable", ident, sequence)


def checksum(message: bytes) -> int:
    """The internet checksum (RFC 1071)."""
    padded = message + b"\0" * (len(message) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
