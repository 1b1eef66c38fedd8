"""A network of namespaces without names or processes: each is held by a descriptor of the test's own process.

    hub ── br0 10.90.0.1/24 ─┬─ host 2 ── eth0 10.90.0.2/24
                             └─ host 3 …

Nothing of it is in the machine's own namespace, and all of it is gone once the descriptors are closed.
"""

import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from netboard.adapters.kernel.namespaces import OWN_NAMESPACE, enter, leave_for_new
from netboard.adapters.probe.sweep import Ask, Told, sweep
from netboard.adapters.probe.tally import Answer

T = TypeVar("T")


class Net:
    """One network namespace. `path` leads to it for as long as it is open."""

    def __init__(self) -> None:
        self.descriptor = _apart(_make)
        self.path = f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def ip(self, *lines: str) -> None:
        """Lines for `ip`, in this namespace."""
        self.run("ip", "-batch", "-", stdin="\n".join(lines))

    def run(self, *command: str, stdin: str = "", check: bool = True) -> str:
        """A command in this namespace; its output."""
        words = ["nsenter", f"--net={self.path}", *command]
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60, check=False)
        assert not check or done.returncode == 0, f"{command} {stdin}: {done.stderr}"
        return done.stdout

    def inside(self, look: Callable[[], T]) -> T:
        """What `look` returned in this namespace."""

        def job() -> T:
            enter(self.descriptor)
            return look()

        return _apart(job)

    def close(self) -> None:
        """Let go of it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Lab:
    """A bridge and hosts on it."""

    def __init__(self, net: str = "10.90.0", prefix: int = 24) -> None:
        self.net = net
        self.prefix = prefix
        self.hub = Net()
        self.hosts: dict[int, Net] = {}
        self.hub.ip(
            "link set lo up",
            "link add br0 type bridge",
            f"address add {net}.1/{prefix} dev br0",
            "address add fd90::1/64 dev br0 nodad",
            "link set br0 up",
        )

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, *numbers: int) -> None:
        """Attach hosts with the last byte of their address; IPv6 is fd90:: and the same number."""
        for number in numbers:
            host = self.hosts[number] = Net()
            self.hub.ip(
                f"link add v{number} type veth peer name eth0 netns {host.path}", f"link set v{number} master br0 up"
            )
            host.ip(
                "link set lo up",
                f"address add {self.net}.{number}/{self.prefix} dev eth0",
                f"address add fd90::{number}/64 dev eth0 nodad",
                "link set eth0 up",
            )

    def address(self, number: int) -> str:
        """The IPv4 address of a host."""
        return f"{self.net}.{number}"

    def mac(self, number: int) -> str:
        """The MAC of a host."""
        words = self.hosts[number].run("ip", "-o", "link", "show", "eth0").split()
        return words[words.index("link/ether") + 1]

    @property
    def cidr(self) -> str:
        """The whole network."""
        return f"{self.net}.0/{self.prefix}"

    def close(self) -> None:
        """Let go of all."""
        for net in (*self.hosts.values(), self.hub):
            net.close()


class Swept:
    """What one sweep told, and how it ended."""

    def __init__(self) -> None:
        self.rows: dict[str, Answer] = {}
        self.told: list[Told] = []
        self.code = ""

    def take(self, told: Told) -> None:
        """One telling."""
        self.told.append(told)
        self.rows.update((answer["address"], answer) for answer in told.answers)

    @property
    def alive(self) -> set[str]:
        """The addresses that were found alive."""
        return {address for address, row in self.rows.items() if row["alive"]}


def swept(net: Net | str, ask: Ask, stop: Callable[[Swept], bool] = lambda _: False) -> Swept:
    """Sweep from a namespace until the end."""
    found = Swept()
    path = net if isinstance(net, str) else net.path
    found.code = sweep(path, ask, found.take, lambda: stop(found))
    return found


@contextmanager
def answering(net: Net, answer: Callable[[str, bytes, Callable[..., None]], None]) -> Iterator[None]:
    """Somebody on eth0 of a namespace who hears every ARP request: `answer(address, asking MAC, reply)`, where
    `reply(mac, address)` sends a reply that says so."""
    wire = net.inside(_listen)
    ending = threading.Event()

    def work() -> None:
        while not ending.is_set():
            try:
                frame = wire.recv(128)
            except TimeoutError:
                continue
            if frame[20:22] == b"\0\1":
                asking = frame[22:28]
                answer(socket.inet_ntoa(frame[38:42]), asking, _replier(wire, frame))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        wire.close()


def _replier(wire: socket.socket, frame: bytes) -> Callable[..., None]:
    def reply(mac: str, address: str = "") -> None:
        own = bytes.fromhex(mac.replace(":", ""))
        said = socket.inet_aton(address) if address else frame[38:42]
        head = frame[22:28] + own + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 2)
        wire.send(head + own + said + frame[22:28] + frame[28:32])

    return reply


def _listen() -> socket.socket:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind(("eth0", 0x0806))
    wire.settimeout(0.1)
    return wire


def _make() -> int:
    leave_for_new()
    return os.open(OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)


def _apart(job: Callable[[], T]) -> T:
    found: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(job())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]


def pinged(net: Net, addresses: Sequence[str]) -> set[str]:
    """Which of these answer a patient `ping` from a namespace."""
    script = "\n".join(f"(busybox ping -c 3 -W 2 {one} >/dev/null && echo {one}) &" for one in addresses) + "\nwait"
    return set(net.run("sh", "-c", script).split())
