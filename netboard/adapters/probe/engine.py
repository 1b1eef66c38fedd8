"""One sweep in the namespace that it asks about: what reaches which part of the range, and who asks there.

    path ──enter──► look at the ground, open sockets ──home──► each piece of the range: ARP | ICMP | TCP | NDP

The process is in the foreign namespace for moments only: sockets stay in the namespace that they were opened in.
"""

import socket
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, TypedDict

from netboard.adapters.probe import echoes, ground
from netboard.adapters.probe.arp import Arp
from netboard.adapters.probe.course import Course
from netboard.adapters.probe.frames import ETH_P_ARP, ETH_P_IP, ETH_P_IPV6, arp_answers, neighbour_answers
from netboard.adapters.probe.ground import Device, Ground, Piece
from netboard.adapters.probe.ndp import Ndp
from netboard.adapters.probe.place import SCRATCH_DEVICE, Place, Scratch
from netboard.adapters.probe.run import Ended, Run, Tell
from netboard.adapters.probe.tally import Method, Tally
from netboard.adapters.probe.tcp import Connects, questions
from netboard.adapters.probe.wire import Wire, packet_socket

_FRAME: Final = 128
"""Bytes of the longest question."""
_GOING: Final = 1.0
"""Seconds within which a namespace whose device refuses may turn out to be going."""


class Job(TypedDict):
    """What the child is asked to do; `Ask` of `sweep.py`, with the namespace's path."""

    namespace: str
    parent: int
    cidr: str
    known: list[tuple[str, str]]
    methods: list[Method]
    ports: list[int]
    pace: float
    seconds: float
    skip: int
    device: str
    macvlan: tuple[str, str] | None


class Unfit(Exception):
    """The sweep cannot be done from here; `code` says why, `params` what of."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def carry_out(job: Job, tell: Tell, cancelled: Callable[[], bool]) -> str:
    """Sweep; empty, or a code why it ended before its time. Raises `Unfit`, OSError."""
    try:
        place = _place(job)
    except Ended as ended:
        return ended.code
    tally = Tally(":" in job["cidr"], _known(job), frozenset(job["methods"] or ("arp", "ndp", "icmp", "tcp")))

    def gone() -> str:
        return "cancelled" if cancelled() else "namespace_gone" if place.gone() else ""

    run = Run(tally, job["pace"], job["seconds"], tell, gone)
    try:
        _Sweep(job, run, place).all()
    except Ended as ended:
        run.tell()
        return ended.code
    except OSError:
        run.tell()
        if _going(place):
            return "namespace_gone"
        raise
    else:
        tell(total_of(job), [*tally.news(), *tally.silent()])
    finally:
        place.close()
    return ""


class _Sweep:
    """One sweep: its pieces, one after another."""

    def __init__(self, job: Job, run: Run, place: Place) -> None:
        self._job = job
        self._run = run
        self._place = place
        self._there: Ground = place.visit(ground.look)
        self._network = ip_network(job["cidr"])
        self._first = int(self._network.network_address)
        self._last = int(self._network.broadcast_address)

    def all(self) -> None:
        """Raises `Ended`, `Unfit`, OSError."""
        self._present()
        self._run.asked = self._job["skip"]
        for piece in self._pieces():
            device = self._there.devices.get(piece.ifindex)
            if piece.attached and device is not None and device.speaks:
                self._attached(piece, device)
            elif piece.ifindex:
                self._routed(piece)

    def _pieces(self) -> list[Piece]:
        name = SCRATCH_DEVICE if self._job["macvlan"] else self._job["device"]
        if not name:
            width = self._network.max_prefixlen // 8
            return ground.pieces(self._first, self._last, width, self._there.paths)
        device = self._there.named(name)
        if device is None:
            raise Unfit("device_absent", device=name)
        return [Piece(self._first, self._last, device.ifindex, True)]

    def _present(self) -> None:
        """Note the namespace's own addresses, for which nobody else answers."""
        wanted = self._job["methods"]
        method: Method = wanted[0] if wanted else "ndp" if self._network.version == 6 else "arp"
        for own in self._there.own:
            device = self._there.devices.get(own.ifindex)
            if device is not None and ip_address(own.address) in self._network:
                self._run.tally.present(int.from_bytes(own.address, "big"), method, device.mac.hex(":"))

    def _attached(self, piece: Piece, device: Device) -> None:
        known, places = self._places(piece)
        tally, methods = self._run.tally, self._job["methods"]
        if isinstance(self._network, IPv4Network):
            method: Method = "arp"
            sender = self._there.sender(device.ifindex, piece.first.to_bytes(4, "big"))
            wire = self._open(lambda: packet_socket(device.name, ETH_P_ARP, arp_answers()))
            self._go(Course(self._run, wire, Arp(tally, device.mac, sender)), places, known)
        else:
            method, sender = "ndp", b"there"
            self._neighbours(device, known, self._network)
        found = [place for place in tally.entries if piece.first <= place <= piece.last]
        found = sorted(place for place in found if tally.answered(place, method))
        if "icmp" in methods and sender:
            self._echo(device, sender, found)
        if self._job["ports"]:
            self._connect(found)

    def _neighbours(self, device: Device, known: list[int], network: IPv6Network) -> None:
        own = [each.address for each in self._there.own if each.ifindex == device.ifindex and len(each.address) == 16]
        senders = sorted(own, key=lambda address: address[:2] != b"\xfe\x80")
        wire = self._open(lambda: packet_socket(device.name, ETH_P_IPV6, neighbour_answers()))
        ndp = Ndp(self._run.tally, device.mac, senders, network)
        course = Course(self._run, wire, ndp)
        try:
            self._run.send(wire, ndp.everybody(), course.hear)
            course.go(known, known)
            met = sorted(ndp.met)
            if met:
                course.go(met, [])
        finally:
            course.close()

    def _echo(self, device: Device, sender: bytes, found: list[int]) -> None:
        """Ask for echoes of those who answered as neighbours."""
        tally = self._run.tally
        if tally.six:
            wire = self._open(lambda: echoes.echo_socket(True), named=True)
            self._go(Course(self._run, wire, echoes.RoutedEcho(tally), copied=False), found, found, counted=False)
            return
        wire = self._open(lambda: packet_socket(device.name, ETH_P_IP, echoes.echo_answers()))
        asked = echoes.AttachedEcho(tally, device.mac, sender)
        self._go(Course(self._run, wire, asked, copied=False), found, found, counted=False)

    def _routed(self, piece: Piece) -> None:
        known, places = self._places(piece)
        tally, methods = self._run.tally, self._job["methods"]
        if not methods or "icmp" in methods:
            wire = self._open(lambda: echoes.echo_socket(tally.six), named=True)
            self._go(Course(self._run, wire, echoes.RoutedEcho(tally), copied=False), places, known)
        if self._job["ports"]:
            alone = "tcp" in methods and "icmp" not in methods
            self._connect(places if alone else [place for place in places if tally.alive(place) or place in known])

    def _connect(self, places: Iterable[int]) -> None:
        connects = Connects(self._run, self._place)
        try:
            connects.ask(questions(places, self._job["ports"]))
        finally:
            connects.close()

    def _places(self, piece: Piece) -> tuple[list[int], list[int] | range]:
        """The known addresses of a piece that are not the namespace's own, and all that are to be asked."""
        known = sorted(place for place in self._run.tally.known if piece.first <= place <= piece.last)
        known = [place for place in known if not self._run.tally.alive(place)]
        if self._network.version == 6:
            return known, known
        return known, range(max(piece.first, self._first + self._job["skip"]), piece.last + 1)

    def _open(self, make: Callable[[], socket.socket], named: bool = False) -> Wire:
        return Wire(self._place.visit(make), _FRAME, named)

    def _go(self, course: Course, places: list[int] | range, known: list[int], counted: bool = True) -> None:
        try:
            course.go(places, known, counted)
        finally:
            course.close()


def total_of(job: Job) -> int:
    """How many addresses a job asks for."""
    network = ip_network(job["cidr"])
    return network.num_addresses if network.version == 4 else len(_known(job))


def _place(job: Job) -> Place:
    if job["macvlan"] is None:
        return Place(job["namespace"])
    return Scratch(job["namespace"], *job["macvlan"])


def _going(place: Place) -> bool:
    """Whether the namespace goes, after one of its devices refused: its devices go before itself does."""
    until = time.monotonic() + _GOING
    while not place.gone():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _known(job: Job) -> dict[int, str]:
    network = ip_network(job["cidr"])
    found: dict[int, str] = {}
    for address, mac in job["known"]:
        lone = ip_address(address)
        if lone in network:
            found[int(lone)] = mac
    return found
