"""One sweep in the namespace that it asks about: what reaches which part of the range, and who asks there.

    path ──enter──► look at the ground, open sockets ──home──► each piece of the range: ARP | ICMP | TCP | NDP

The process is in the foreign namespace for moments only: sockets stay in the namespace that they were opened in.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import TypedDict

from netboard.adapters.probe import ground
from netboard.adapters.probe.arp import Arp
from netboard.adapters.probe.frames import ETH_P_ARP, arp_answers
from netboard.adapters.probe.ground import Device, Ground, Piece
from netboard.adapters.probe.native import enter, home
from netboard.adapters.probe.run import Ended, Run, Tell
from netboard.adapters.probe.tally import Tally
from netboard.adapters.probe.wire import Wire, packet_socket


class Job(TypedDict):
    """What the child is asked to do; `Ask` of `sweep.py`, with the namespace's path."""

    namespace: str
    parent: int
    cidr: str
    known: list[tuple[str, str]]
    methods: list[str]
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


class Place:
    """The namespace that is asked about: visits to it, and whether it is still there."""

    def __init__(self, path: str) -> None:
        """Raises `Ended` (`namespace_gone`) where the path leads nowhere."""
        self._path = path
        self._home = home()
        try:
            self._there = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path else os.dup(self._home)
        except OSError as error:
            os.close(self._home)
            raise Ended("namespace_gone") from error
        self._inode = os.fstat(self._there).st_ino

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Be there, and afterwards home again."""
        enter(self._there)
        try:
            yield
        finally:
            enter(self._home)

    def gone(self) -> bool:
        """Whether the path leads there no longer."""
        return bool(self._path) and ground.inode(self._path) != self._inode

    def close(self) -> None:
        """Let go of the namespace."""
        os.close(self._there)
        os.close(self._home)


def carry_out(job: Job, tell: Tell, cancelled: Callable[[], bool]) -> str:
    """Sweep; empty, or a code why it ended before its time. Raises `Unfit`, OSError."""
    try:
        place = Place(job["namespace"])
    except Ended as ended:
        return ended.code
    tally = Tally(":" in job["cidr"], _known(job))

    def gone() -> str:
        return "cancelled" if cancelled() else "namespace_gone" if place.gone() else ""

    run = Run(tally, job["pace"], job["seconds"], tell, gone)
    try:
        with place.visit():
            there = ground.look()
        _Sweep(job, run, place, there).all()
    except Ended as ended:
        run.tell()
        return ended.code
    except OSError:
        run.tell()
        if place.gone():
            return "namespace_gone"
        raise
    else:
        tell(total_of(job), [*tally.news(), *tally.silent()])
    finally:
        place.close()
    return ""


class _Sweep:
    """One sweep: its pieces, one after another."""

    def __init__(self, job: Job, run: Run, place: Place, there: Ground) -> None:
        self._job = job
        self._run = run
        self._place = place
        self._there = there

    def all(self) -> None:
        """Raises `Ended`, `Unfit`, OSError."""
        network = ip_network(self._job["cidr"])
        first, last = int(network.network_address), int(network.broadcast_address)
        self._present(first, last)
        start = first + self._job["skip"]
        self._run.asked = self._job["skip"]
        for piece in self._pieces(first, last):
            device = self._there.devices.get(piece.ifindex)
            if piece.attached and device is not None and device.speaks:
                self._attached(piece, device, start)

    def _pieces(self, first: int, last: int) -> list[Piece]:
        name = self._job["device"]
        if not name:
            return ground.pieces(first, last, 4, self._there.paths)
        device = self._there.named(name)
        if device is None:
            raise Unfit("device_absent", device=name)
        return [Piece(first, last, device.ifindex, True)]

    def _present(self, first: int, last: int) -> None:
        for own in self._there.own:
            number = int.from_bytes(own.address, "big")
            device = self._there.devices.get(own.ifindex)
            if len(own.address) == 4 and first <= number <= last and device is not None:
                self._run.tally.present(number, "arp", device.mac.hex(":"))

    def _attached(self, piece: Piece, device: Device, start: int) -> None:
        with self._place.visit():
            wire = Wire(packet_socket(device.name, ETH_P_ARP, arp_answers(device.mac)), 64)
        sender = self._there.sender(device.ifindex, piece.first.to_bytes(4, "big"))
        arp = Arp(self._run, wire, device, sender)
        known = [place for place in self._run.tally.known if piece.first <= place <= piece.last]
        try:
            arp.sweep(range(max(piece.first, start), piece.last + 1), known)
        finally:
            arp.hear.close()


def _known(job: Job) -> dict[int, str]:
    network = ip_network(job["cidr"])
    found: dict[int, str] = {}
    for address, mac in job["known"]:
        lone = ip_network(address)
        if lone.version == network.version and lone.subnet_of(network):  # type: ignore[arg-type]
            found[int(lone.network_address)] = mac
    return found


def total_of(job: Job) -> int:
    network = ip_network(job["cidr"])
    return network.num_addresses if network.version == 4 else len(job["known"])
