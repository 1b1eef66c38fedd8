"""Who is there on an attached IPv6 network: known addresses by neighbour solicitation, others by who answers ff02::1.

Nothing is enumerated. Whoever answers the echo to all nodes is asked for by solicitation as well, under the address
that it answered from and under the one that it would have made itself from the network's prefix.
"""

import secrets
import struct
from collections.abc import Iterable
from ipaddress import IPv6Network
from typing import Final

from netboard.adapters.probe import frames
from netboard.adapters.probe.tally import Method, Tally
from netboard.adapters.probe.wire import Frame, Heard

_ALL_NODES: Final = bytes.fromhex("ff020000000000000000000000000001")
_SOLICITED: Final = bytes.fromhex("ff0200000000000000000001ff000000")
_IDENT: Final = secrets.randbelow(0xFFFF) + 1
_EVERYBODY: Final = int.from_bytes(_ALL_NODES, "big")
_LOCAL: Final = b"\xfe\x80"


class Ndp:
    """Fulfils `course.Questions`. `met`: addresses of the range that others than known ones may hold."""

    method: Final[Method] = "ndp"

    def __init__(self, tally: Tally, own: bytes, senders: list[bytes], network: IPv6Network) -> None:
        """`senders`: the namespace's addresses on this device, the link-local one first if there is one."""
        self._tally = tally
        self._own = own
        self._senders = senders
        self._network = network
        self.met: set[int] = set()

    def first(self, places: Iterable[int]) -> Iterable[Frame]:
        """To the MAC where it is known."""
        for place in places:
            mac = self._tally.mac(place)
            address = place.to_bytes(16, "big")
            yield self._solicit(place, frames.packed_mac(mac) if mac else b"", address)

    def all(self, places: Iterable[int]) -> Iterable[Frame]:
        """To the group that the address's holder listens to."""
        for place in places:
            yield self._solicit(place, b"", place.to_bytes(16, "big"))

    def everybody(self) -> Iterable[Frame]:
        """Echo requests to all nodes, from each kind of own address."""
        for sender in self._senders:
            body = struct.pack("!BBHHH", 128, 0, 0, _IDENT, 1) + bytes(8)
            yield Frame(_EVERYBODY, self._frame(b"", sender, _ALL_NODES, body))

    def renew(self, own: bytes) -> None:
        """Whom neighbours answer from now on."""
        self._own = own

    def take(self, heard: Heard) -> None:
        """An advertisement, or an echo reply of somebody."""
        frame = heard.message
        if len(frame) < 62:
            return
        if frame[54] == 136 and len(frame) >= 78:
            place = int.from_bytes(frame[62:78], "big")
            self._tally.heard("ndp", place, _link_address(frame).hex(":"), heard.at)
        elif frame[54] == 129 and frame[58:60] == struct.pack("!H", _IDENT):
            self._meet(frame[22:38])

    def _meet(self, sender: bytes) -> None:
        number, net = int.from_bytes(sender, "big"), self._network
        if sender[:2] == _LOCAL and net.prefixlen <= 64:
            number = int(net.network_address) & ~((1 << 64) - 1) | number & ((1 << 64) - 1)
        if int(net.network_address) <= number <= int(net.broadcast_address) and number not in self._tally.known:
            self.met.add(number)

    def _solicit(self, place: int, target: bytes, address: bytes) -> Frame:
        sender = self._senders[0] if self._senders else bytes(16)
        body = struct.pack("!BBHI", 135, 0, 0, 0) + address
        if self._senders:
            body += b"\x01\x01" + self._own
        to = address if target and self._senders else _SOLICITED[:13] + address[13:]
        return Frame(place, self._frame(target, sender, to, body))

    def _frame(self, target: bytes, sender: bytes, to: bytes, body: bytes) -> bytes:
        return frames.ipv6(target or b"\x33\x33" + to[12:], self._own, sender, to, body)


def _link_address(frame: bytes) -> bytes:
    """The MAC that an advertisement names, else the one that the frame came from."""
    offset = 78
    while offset + 8 <= len(frame) and frame[offset + 1]:
        if frame[offset] == 2:
            return frame[offset + 2 : offset + 8]
        offset += frame[offset + 1] * 8
    return frame[6:12]
