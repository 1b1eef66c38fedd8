"""What a sweep sends and hears on a layer-2 network, as bytes, and the filters that let only answers up.

ARP request   eth | 1 0800 6 4 1 | own MAC | own address or 0.0.0.0 | 0 | target
ICMP echo     eth | IPv4 | 8 0 sum ident sequence | mark, address
NS            eth | IPv6, hop limit 255 | 135 0 sum 0 | target | 1 1 own MAC
"""

import struct
from typing import Final

from netboard.adapters.probe.echo import checksum

BROADCAST: Final = b"\xff" * 6
ETH_P_IP: Final = 0x0800
ETH_P_ARP: Final = 0x0806
ETH_P_IPV6: Final = 0x86DD
_HALF: Final = 0x28
_BYTE: Final = 0x30
_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_TAKEN: Final = 256

Test = tuple[int, int, frozenset[int]]
"""How much is looked at, where, and what it may be."""


def packed_mac(words: str) -> bytes:
    """A MAC's six bytes."""
    return bytes.fromhex(words.replace(":", ""))


def arp_head(target: bytes, own: bytes, sender: bytes) -> bytes:
    """An ARP request up to, and without, the address that is asked for. `target`: to whom the frame goes."""
    return target + own + struct.pack("!HHHBBH", ETH_P_ARP, 1, ETH_P_IP, 6, 4, 1) + own + sender + bytes(6)


def ipv4(target: bytes, own: bytes, sender: bytes, address: bytes, message: bytes) -> bytes:
    """A whole frame with an ICMP message, from MAC and IPv4 address to MAC and IPv4 address."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0x4000, 64, 1, 0, sender, address)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return target + own + struct.pack("!H", ETH_P_IP) + head + message


def ipv6(target: bytes, own: bytes, sender: bytes, address: bytes, message: bytes) -> bytes:
    """A whole frame with an ICMPv6 message, whose checksum is filled in; hop limit 255, as neighbour discovery asks."""
    total = checksum(sender + address + struct.pack("!II", len(message), 58) + message)
    message = message[:2] + struct.pack("!H", total) + message[4:]
    head = struct.pack("!IHBB", 6 << 28, len(message), 58, 255) + sender + address
    return target + own + struct.pack("!H", ETH_P_IPV6) + head + message


def arp_answers() -> bytes:
    """A filter for ARP replies."""
    return _program([(_HALF, 20, _of(2))])


def echo_answers(ident: int) -> bytes:
    """A filter for whole frames: ICMP echo replies with this identifier, in IPv4 packets without options."""
    return _program([(_BYTE, 14, _of(0x45)), (_BYTE, 23, _of(1)), (_BYTE, 34, _of(0)), (_HALF, 38, _of(ident))])


def raw_echo_answers(ident: int, six: bool) -> bytes:
    """The same for raw sockets, which begin at the IPv4 header, or at the ICMPv6 message."""
    if six:
        return _program([(_BYTE, 0, _of(129)), (_HALF, 4, _of(ident))])
    return _program([(_BYTE, 0, _of(0x45)), (_BYTE, 20, _of(0)), (_HALF, 24, _of(ident))])


def neighbour_answers() -> bytes:
    """A filter for neighbour advertisements and ICMPv6 echo replies, as whole frames."""
    return _program([(_BYTE, 20, _of(58)), (_BYTE, 54, _of(136, 129))])


def _of(*values: int) -> frozenset[int]:
    return frozenset(values)


def _program(tests: list[Test]) -> bytes:
    """A classic BPF program that lets pass what fulfils all tests: struct sock_filter, one after another."""
    length = sum(1 + len(values) for _, _, values in tests)
    steps: list[tuple[int, int, int, int]] = []
    for size, offset, values in tests:
        steps.append((size, 0, 0, offset))
        for left, value in zip(range(len(values) - 1, -1, -1), sorted(values), strict=True):
            refuse = length - len(steps)  # from the next step to the one that lets nothing pass
            steps.append((_EQUAL, left, 0 if left else refuse, value))
    steps += [(_RETURN, 0, 0, _TAKEN), (_RETURN, 0, 0, 0)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
