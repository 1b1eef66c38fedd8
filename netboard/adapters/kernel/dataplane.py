"""What is asked of the kernel after a change: is the device there, does somebody answer, may there be such a child."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from netboard.adapters.kernel import arp, scratch
from netboard.adapters.kernel.namespaces import OWN_NAMESPACE, enter, leave_for_new
from netboard.core.errors import KernelUnavailable
from netboard.core.ports import Interface

T = TypeVar("T")

_MACVLAN_MODES: Final = {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8}
_IPVLAN_MODES: Final = {"l2": 0, "l3": 1, "l3s": 2}
_SAVE_LIMIT: Final = 10.0


class KernelDataPlane:
    """Fulfils `ports.DataPlane`. Every look into another namespace happens in a thread that ends with it."""

    def device(self, name: str) -> Interface | None:
        """A device of the host's own namespace; None where there is none of that name."""
        with _netlink() as ip:
            index = ip.link_lookup(ifname=name)
            if not index:
                return None
            addresses = ip.get_addr(index=index[0])
            return next(iter(_read(ip.link("get", index=index[0]), addresses)), None)

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
        return self._at(sandbox, lambda: _listed())

    def answers_on_bridge(self, bridge: str, addresses: list[str], seconds: float) -> dict[str, set[str]]:
        """Who answers ARP on a bridge, asked from a scratch namespace that is one of its ports: MACs by address."""

        def wire(host: Any, inner: int) -> int:
            outer = _scratch_name()
            host.link(
                "add", ifname=outer, kind="veth", group=scratch.GROUP, peer={"ifname": "probe", "net_ns_fd": inner}
            )
            index = int(host.link_lookup(ifname=outer)[0])
            try:
                masters = host.link_lookup(ifname=bridge)
                if not masters:
                    raise KernelUnavailable(
                        f"There is no device {bridge}.", code="kernel_no_parent", params={"parent": bridge}
                    )
                (master,) = masters
                host.link("set", index=index, master=master, state="up")
            except BaseException:
                host.link("del", index=index)
                raise
            return index

        return _in_scratch(wire, lambda: arp.ask("probe", addresses, seconds))

    def answers_on_parent(
        self, kind: str, parent: str, mode: str, addresses: list[str], seconds: float
    ) -> dict[str, set[str]]:
        """Make a child of this kind on a parent, in a scratch namespace, and ask from there: MACs by address.

        Raises `KernelUnavailable` with the kernel's words where it refuses such a child: that alone is worth asking.
        """

        def wire(host: Any, inner: int) -> int:
            found = host.link_lookup(ifname=parent)
            if not found:
                raise KernelUnavailable(
                    f"There is no device {parent}.", code="kernel_no_parent", params={"parent": parent}
                )
            wanted = {f"{kind}_mode": _mode(kind, mode)} if kind in ("macvlan", "ipvlan") else {}
            host.link("add", ifname="probe", kind=kind, link=found[0], group=scratch.GROUP, net_ns_fd=inner, **wanted)
            return 0

        return _in_scratch(wire, lambda: arp.ask("probe", addresses, seconds))

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


def _mode(kind: str, mode: str) -> int:
    return _MACVLAN_MODES.get(mode, 4) if kind == "macvlan" else _IPVLAN_MODES.get(mode, 0)


def _scratch_name() -> str:
    return f"nb{os.urandom(5).hex()}"


def _in_scratch(wire: Callable[[Any, int], int], look: Callable[[], T]) -> T:
    """Run `look` in a namespace made for it, after `wire` (given a netlink socket at home and the namespace's
    descriptor) put a device called `probe` into it. What `wire` left at home, by ifindex, is removed afterwards.

    A netlink socket of pyroute2 belongs to the thread that uses it: what is done at home is done by the calling thread.
    """
    made: Future[int] = Future()
    wired = threading.Event()
    left = 0

    def job() -> T:
        try:
            leave_for_new()
            inner = os.open(OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            made.set_exception(error)
            raise
        made.set_result(inner)
        try:
            wired.wait()
            with IPRoute() as here:
                (index,) = here.link_lookup(ifname="probe")
                here.link("set", index=index, state="up")
            return look()
        finally:
            os.close(inner)

    apart = _Apart(job)
    try:
        with _netlink() as host:
            left = wire(host, made.result())
            wired.set()
            found = apart.result()
            if left:
                _remove(host, left)
                left = 0
            return found
    except BaseException:
        wired.set()
        apart.wait()
        if left:
            with _netlink() as host:
                _remove(host, left)
        raise


def _remove(host: Any, index: int) -> None:
    try:
        host.link("del", index=index)
    except NetlinkError as error:
        if error.code != 19:  # ENODEV: it went with the bridge
            raise


class _Apart(Generic[T]):
    """A job in a thread of its own, which ends wherever it went. Refusals become `KernelUnavailable`."""

    def __init__(self, job: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        self._thread = threading.Thread(target=self._run, args=(job,), name="scratch", daemon=True)
        self._thread.start()

    def _run(self, job: Callable[[], T]) -> None:
        try:
            found = job()
        except BaseException as error:
            self._future.set_exception(error)
        else:
            self._future.set_result(found)

    def wait(self) -> None:
        """Until the thread has ended."""
        self._thread.join()

    def result(self) -> T:
        """What the job returned. Raises what it raised."""
        self.wait()
        try:
            return self._future.result()
        except NetlinkError as error:
            raise _unavailable(os.strerror(error.code) if error.code else str(error)) from error
        except OSError as error:
            raise _unavailable(error.strerror or str(error)) from error


def _unavailable(words: str) -> KernelUnavailable:
    return KernelUnavailable(f"The kernel refuses: {words}.", code="kernel_refuses", params={"kernel": words})


@contextmanager
def _netlink() -> Iterator[Any]:
    try:
        with IPRoute(strict_check=True) as ip:  # the kernel filters dumps: they cost what they answer
            yield ip
    except NetlinkError as error:
        raise _unavailable(os.strerror(error.code) if error.code else str(error)) from error


def _listed() -> list[Interface]:
    with IPRoute() as ip:
        return _interfaces(ip)


def _interfaces(ip: Any) -> list[Interface]:
    return _read(ip.get_links(), ip.get_addr())


def _read(links: Iterable[Any], addressed: Iterable[Any]) -> list[Interface]:
    addresses: dict[int, list[str]] = {}
    for one in addressed:
        addresses.setdefault(one["index"], []).append(f"{one.get_attr('IFA_ADDRESS')}/{one['prefixlen']}")
    return [
        Interface(
            name=str(link.get_attr("IFLA_IFNAME")),
            mac=str(link.get_attr("IFLA_ADDRESS") or ""),
            up=bool(link["flags"] & 1),
            addresses=tuple(sorted(addresses.get(link["index"], ()))),
        )
        for link in links
    ]
