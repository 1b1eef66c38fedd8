"""What a sweep sends and hears on a layer-2 network, as bytes, and the filters that let only answers up.

ARP request   eth | 1 0800 6 4 1 | own MAC | own address or 0.0.0.0 | 0 | target
ICMP echo     eth | IPv4 | 8 0 sum ident sequence | mark
NS            eth | IPv6, hop limit 255 | 135 0 sum 0 target | own MAC
"""

import struct
from typing import Final

from netboard.adapters.probe.echo import checksum

BROADCAST: Final = b"\xff" * 6
ETH_P_IP: Final = 0x0800
ETH_P_ARP: Final = 0x0806
ETH_P_IPV6: Final = 0x86DD
_LD_H, _LD_B, _LD_W, _JEQ, _AND, _RET = 0x28, 0x30, 0x20, 0x15, 0x54, 0x06

Program = list[tuple[int, int, int, int]]
"""Classic BPF: code, jump if true, jump if false, constant."""


def arp_head(target: bytes, own: bytes, sender: bytes) -> bytes:
    """An ARP request up to, and without, the address that is asked for. `target`: to whom the frame goes."""
    return target + own + struct.pack("!HHHBBH", ETH_P_ARP, 1, ETH_P_IP, 6, 4, 1) + own + sender + bytes(6)


def arp_answers(own: bytes) -> bytes:
    """A filter for ARP replies that were sent to this MAC alone."""
    high, low = struct.unpack("!HI", own)
    return program(
        [
            (_LD_H, 0, 0, 20),
            (_JEQ, 0, 5, 2),
            (_LD_H, 0, 0, 0),
            (_JEQ, 0, 3, high),
            (_LD_W, 0, 0, 2),
            (_JEQ, 0, 1, low),
            (_RET, 0, 0, 128),
            (_RET, 0, 0, 0),
        ]
    )


def program(steps: Program) -> bytes:
    """The kernel's form of a filter: struct sock_filter, one after another."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def echo_frame(target: bytes, own: bytes, sender: bytes, address: bytes, ident: int, sequence: int) -> bytes:
    """A whole ICMP echo request, from MAC and IPv4 address to MAC and IPv4 address."""
    message = struct.pack("!BBHHH", 8, 0, 0, ident, sequence) + bytes(8)
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0x4000, 64, 1, 0, sender, address)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return target + own + struct.pack("!H", ETH_P_IP) + head + message


def echo_answers(ident: int) -> bytes:
    """A filter for ICMP echo replies with this identifier, in IPv4 packets without options."""
    return program(
        [
            (_LD_B, 0, 0, 14),
            (_JEQ, 0, 7, 0x45),
            (_LD_B, 0, 0, 23),
            (_JEQ, 0, 5, 1),
            (_LD_B, 0, 0, 34),
            (_JEQ, 0, 3, 0),
            (_LD_H, 0, 0, 38),
            (_JEQ, 0, 1, ident),
            (_RET, 0, 0, 128),
            (_RET, 0, 0, 0),
        ]
    )
