"""Who is there on an attached IPv4 network: known addresses at their MACs first, then everybody by broadcast.

The sender is the namespace's own address on that network, or 0.0.0.0, which no neighbour puts into its table. The
kernel's own neighbour table is not touched: it takes no answer to a question that it did not ask.
"""

from collections.abc import Iterable
from typing import Final

from netboard.adapters.probe.frames import BROADCAST, arp_head, packed_mac
from netboard.adapters.probe.tally import Method, Tally
from netboard.adapters.probe.wire import Frame, Heard


class Arp:
    """Fulfils `course.Questions`."""

    method: Final[Method] = "arp"

    def __init__(self, tally: Tally, own: bytes, sender: bytes) -> None:
        """`own`: the device's MAC; `sender`: empty, or the namespace's address on this network."""
        self._tally = tally
        self._own = own
        self._owned = {own}
        self._sender = sender or bytes(4)

    def first(self, places: Iterable[int]) -> Iterable[Frame]:
        """To the MAC where it is known."""
        for place in places:
            mac = self._tally.mac(place)
            head = arp_head(packed_mac(mac) if mac else BROADCAST, self._own, self._sender)
            yield Frame(place, head + place.to_bytes(4, "big"))

    def all(self, places: Iterable[int]) -> Iterable[Frame]:
        """By broadcast."""
        head = arp_head(BROADCAST, self._own, self._sender)
        for place in places:
            yield Frame(place, head + place.to_bytes(4, "big"))

    def take(self, heard: Heard) -> None:
        """A reply names the address that it speaks for, and its MAC."""
        frame = heard.message
        if len(frame) >= 42 and frame[:6] in self._owned:
            self._tally.heard("arp", int.from_bytes(frame[28:32], "big"), frame[22:28].hex(":"), heard.at)

    def renew(self, own: bytes) -> None:
        """Answers to earlier questions may still come to an earlier MAC."""
        self._own = own
        self._owned.add(own)
