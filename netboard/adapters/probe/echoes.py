"""ICMP echo, of both families: through the kernel's routes, or as whole frames to neighbours that ARP has found.

The second way spares the kernel's neighbour table: it never asks for an address that nobody holds. Each request carries
the address that it asks for, so that an answer by somebody else is told from one by the address itself.
"""

import secrets
import socket
import struct
from collections.abc import Iterable
from typing import Final

from netboard.adapters.probe import frames
from netboard.adapters.probe.echo import checksum
from netboard.adapters.probe.tally import Method, Tally
from netboard.adapters.probe.wire import Frame, Heard, attach

_MARK: Final = secrets.token_bytes(4)
_IDENT: Final = secrets.randbelow(0xFFFF) + 1


def message(place: int, six: bool) -> bytes:
    """An echo request that carries the address it asks for. Of IPv6 the kernel fills in the checksum."""
    carried = _MARK + place.to_bytes(16, "big")
    if six:
        return struct.pack("!BBHHH", 128, 0, 0, _IDENT, 0) + carried
    total = checksum(struct.pack("!BBHHH", 8, 0, 0, _IDENT, 0) + carried)
    return struct.pack("!BBHHH", 8, 0, total, _IDENT, 0) + carried


def asked_for(reply: bytes) -> int | None:
    """The address that a reply answers for; None where it is none of ours."""
    if len(reply) < 28 or reply[8:12] != _MARK:
        return None
    return int.from_bytes(reply[12:28], "big")


class RoutedEcho:
    """Fulfils `course.Questions`: asks through the kernel, on a socket of `echo_socket`."""

    method: Final[Method] = "icmp"

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._six = tally.six

    def first(self, places: Iterable[int]) -> Iterable[Frame]:
        """To each address."""
        return self.all(places)

    def all(self, places: Iterable[int]) -> Iterable[Frame]:
        """To each address."""
        for place in places:
            yield Frame(place, message(place, self._six), _name(place, self._six))

    def take(self, heard: Heard) -> None:
        """A reply; of IPv4 it begins with the IP header."""
        packet = heard.message
        reply = packet if self._six or not packet else packet[(packet[0] & 15) * 4 :]
        place = asked_for(reply)
        if place is not None:
            sender = heard.sender.partition("%")[0]
            if sender == self._tally.address(place):
                self._tally.heard("icmp", place, "", heard.at)
            else:
                self._tally.stands_in(place, sender)

    def renew(self, own: bytes) -> None:
        """The kernel knows its devices itself."""


class AttachedEcho:
    """Fulfils `course.Questions`: asks IPv4 neighbours at the MACs that ARP found, on a packet socket."""

    method: Final[Method] = "icmp"

    def __init__(self, tally: Tally, own: bytes, sender: bytes) -> None:
        self._tally = tally
        self._own = own
        self._sender = sender

    def first(self, places: Iterable[int]) -> Iterable[Frame]:
        """To each address's MAC."""
        return self.all(places)

    def all(self, places: Iterable[int]) -> Iterable[Frame]:
        """To each address's MAC."""
        for place in places:
            mac = self._tally.mac(place)
            if mac:
                address = place.to_bytes(4, "big")
                target = frames.packed_mac(mac)
                yield Frame(place, frames.ipv4(target, self._own, self._sender, address, message(place, False)))

    def take(self, heard: Heard) -> None:
        """A reply as a whole frame."""
        frame = heard.message
        place = asked_for(frame[34:])
        if place is not None:
            if frame[26:30] == place.to_bytes(4, "big"):
                self._tally.heard("icmp", place, frame[6:12].hex(":"), heard.at)
            else:
                self._tally.stands_in(place, socket.inet_ntoa(frame[26:30]))

    def renew(self, own: bytes) -> None:
        """Whom neighbours answer from now on."""
        self._own = own


def echo_answers() -> bytes:
    """A filter, for packet sockets, of what `AttachedEcho` waits for."""
    return frames.echo_answers(_IDENT)


def echo_socket(six: bool) -> socket.socket:
    """A raw socket that hears echo replies to this process's requests. Raises OSError."""
    family, protocol = (socket.AF_INET6, 58) if six else (socket.AF_INET, 1)
    opened = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    try:
        attach(opened, frames.raw_echo_answers(_IDENT, six))
    except BaseException:
        opened.close()
        raise
    return opened


def _name(place: int, six: bool) -> bytes:
    """A struct sockaddr_in or sockaddr_in6."""
    if six:
        return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, place.to_bytes(16, "big"), 0)
    return struct.pack("=HH4s8x", socket.AF_INET, 0, place.to_bytes(4, "big"))
