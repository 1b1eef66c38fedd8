"""What is asked of the kernel after a change: is the device there, does somebody answer, may there be such a child."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Generic, TypeVar, cast

from netboard.adapters.kernel import arp, links, scratch
from netboard.adapters.kernel.namespaces import OWN_NAMESPACE, enter, leave_for_new
from netboard.adapters.kernel.netlink import RouteSocket
from netboard.core.errors import KernelUnavailable
from netboard.core.model import Link
from netboard.core.ports import Interface

T = TypeVar("T")

_SAVE_LIMIT: Final = 10.0
_PROBE: Final = "probe"
"""What the device in a scratch namespace is called."""


class KernelDataPlane:
    """Fulfils `ports.DataPlane`. Every look into another namespace happens in a thread that ends after it."""

    def device(self, name: str) -> Interface | None:
        """A device of the host's own namespace; None where there is none of that name."""
        with _asking() as wire:
            return links.interface(wire, name)

    def routed(self, device: str) -> list[str]:
        """The destinations, with prefix length, that the host reaches directly by this device."""
        # Read as text: with hundreds of networks a dump over netlink, taken apart in Python, costs a second.
        try:
            four = Path("/proc/thread-self/net/route").read_text().splitlines()[1:]
            six_file = Path("/proc/thread-self/net/ipv6_route")
            six = six_file.read_text().splitlines() if six_file.exists() else []
        except OSError as error:
            raise _unavailable(error.strerror or str(error)) from error
        found = [_destination4(line.split()) for line in four if line.startswith(f"{device}\t")]
        rows = [line.split() for line in six if line.rstrip().endswith(f" {device}")]
        found += [_destination6(row) for row in rows if row[0][:2] != "ff" and row[1] != "80"]
        return sorted(one for one in found if not one.endswith("/0"))

    def translated(self, subnet: str) -> bool | None:
        """Whether a rule masquerades what leaves this subnet; None where the rules cannot be listed."""
        program = "ip6tables-save" if ":" in subnet else "iptables-save"
        try:
            listed = subprocess.run(
                [program, "-t", "nat"], capture_output=True, text=True, timeout=_SAVE_LIMIT, check=True
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return None
        return re.search(rf"^-A \S+ .*-s {re.escape(subnet)} .*-j (MASQUERADE|SNAT)", listed, re.MULTILINE) is not None

    def inside(self, sandbox: str) -> list[Interface]:
        """The devices of the namespace behind a path. Raises `KernelUnavailable`."""

        def look() -> list[Interface]:
            with RouteSocket() as wire:
                return links.interfaces(wire)

        return self._at(sandbox, look)

    def way_to(self, address: str) -> str:
        """The host's device by which a packet to this address would leave; empty where there is no way."""
        with _asking() as wire:
            return links.way_to(wire, address)

    def answers_on_bridge(self, bridge: str, addresses: list[str], seconds: float) -> dict[str, set[str]]:
        """Who answers ARP on a bridge, asked from a scratch namespace that is one of its ports: MACs by address."""

        def wire(home: RouteSocket, inner: int) -> None:
            master = _device(home, bridge)
            links.add_veth(home, f"nb{os.urandom(5).hex()}", scratch.GROUP, master.ifindex, _PROBE, inner)

        return _in_scratch(wire, addresses, seconds)

    def answers_on_parent(
        self, kind: str, parent: str, mode: str, addresses: list[str], seconds: float
    ) -> dict[str, set[str]]:
        """Make a child of this kind on a parent, in a scratch namespace, and ask from there: MACs by address.

        Raises `KernelUnavailable` with the kernel's words where it refuses such a child: that alone is worth asking.
        """

        def wire(home: RouteSocket, inner: int) -> None:
            lower = _device(home, parent)
            links.add_child(home, kind, links.mode_number(kind, mode), scratch.GROUP, lower.ifindex, _PROBE, inner)

        return _in_scratch(wire, addresses, seconds)

    def _at(self, path: str, look: Callable[[], T]) -> T:
        def job() -> T:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                enter(descriptor)
            finally:
                os.close(descriptor)
            return look()

        return _Apart(job).result()


def _destination4(row: list[str]) -> str:
    """Of a line of /proc/net/route: address and mask are the kernel's words in hex, in the machine's byte order."""
    address, mask = (int(row[column], 16).to_bytes(4, sys.byteorder) for column in (1, 7))
    return f"{socket.inet_ntoa(address)}/{int.from_bytes(mask, 'big').bit_count()}"


def _destination6(row: list[str]) -> str:
    """Of a line of /proc/net/ipv6_route: 32 hex digits and the prefix length in hex."""
    return f"{socket.inet_ntop(socket.AF_INET6, bytes.fromhex(row[0]))}/{int(row[1], 16)}"


def _device(home: RouteSocket, name: str) -> Link:
    found = links.find(home, name)
    if found is None:
        raise KernelUnavailable(f"There is no device {name}.", code="kernel_no_parent", params={"parent": name})
    return found


def _in_scratch(wire: Callable[[RouteSocket, int], None], addresses: list[str], seconds: float) -> dict[str, set[str]]:
    """Ask for addresses by ARP from a namespace made for it, after `wire` (given a route socket at home and the
    namespace's descriptor) put a device called `probe` into it.

    What was found is told at once. That socket and device go, and with it what it is tied to at home, takes the kernel
    some 30 ms more, for which nobody waits; all goes with the namespace, whatever happens to this process.
    """
    told: Future[dict[str, set[str]]] = Future()

    def job() -> None:
        leave_for_new()
        inner = os.open(OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            wire(home, inner)
        finally:
            os.close(inner)
            home.close()
        with RouteSocket() as here:
            probe = _device(here, _PROBE)
            links.switch_on(here, probe.ifindex)
            try:
                with arp.listening(_PROBE) as heard:
                    told.set_result(arp.ask(heard, addresses, seconds))
            finally:
                with suppress(OSError):
                    links.remove(here, probe.ifindex)

    home = RouteSocket()
    return _Apart(job, told).result()


class _Apart(Generic[T]):
    """A job in a thread of its own, which ends wherever it went. Refusals become `KernelUnavailable`."""

    def __init__(self, job: Callable[[], T | None], told: Future[T] | None = None) -> None:
        """`told`: where the job itself puts what it found, before it ends."""
        self._job = job
        self._tells = told is not None
        self._told: Future[T] = Future() if told is None else told
        threading.Thread(target=self._run, name="scratch", daemon=True).start()

    def _run(self) -> None:
        try:
            found = self._job()
        except BaseException as error:
            if not self._told.done():
                self._told.set_exception(error)
        else:
            if not self._tells:
                self._told.set_result(cast("T", found))

    def result(self) -> T:
        """What the job found. Raises what it raised."""
        try:
            return self._told.result()
        except OSError as error:
            raise _unavailable(error.strerror or str(error)) from error


def _unavailable(words: str) -> KernelUnavailable:
    return KernelUnavailable(f"The kernel refuses: {words}.", code="kernel_refuses", params={"kernel": words})


@contextmanager
def _asking() -> Iterator[RouteSocket]:
    try:
        with RouteSocket() as wire:
            yield wire
    except OSError as error:
        raise _unavailable(error.strerror or str(error)) from error
