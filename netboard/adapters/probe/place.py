"""The namespace that a sweep asks from: visits to it, each in a thread of its own, and whether it is still there.

The process itself never leaves home, so that nobody who looks finds it in a foreign namespace. What it opened there
stays there.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from netboard.adapters.probe import ground
from netboard.adapters.probe.native import enter, home, leave_for_new
from netboard.adapters.probe.run import Ended

T = TypeVar("T")

SCRATCH_DEVICE: Final = "probe"
"""What the device in a scratch namespace is called."""
_LEVELS: Final = ("l2", "l3", "l3s")
"""Modes of ipvlan; all others are macvlan's."""


class Place:
    """A namespace behind a path, empty for the own one."""

    def __init__(self, path: str) -> None:
        """Raises `Ended` (`namespace_gone`) where the path leads nowhere."""
        self._path = path
        try:
            self._there = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path else home()
        except OSError as error:
            raise Ended("namespace_gone") from error
        self._inode = os.fstat(self._there).st_ino

    def visit(self, look: Callable[[], T]) -> T:
        """What `look` returned there. Raises what it raised."""
        return _apart(self._there, look)

    def gone(self) -> bool:
        """Whether the path leads there no longer."""
        return bool(self._path) and ground.inode(self._path) != self._inode

    def close(self) -> None:
        """Let go of the namespace."""
        os.close(self._there)


class Scratch(Place):
    """A namespace of its own, with one device: a child of a device of the namespace behind the path."""

    def __init__(self, path: str, parent: str, mode: str) -> None:
        """Raises OSError with what the kernel has against such a child; ENODEV where there is no such parent."""
        super().__init__(path)
        outer = self._there
        try:
            self._there = _apart(outer, lambda: _make(parent, mode))
        finally:
            os.close(outer)

    def close(self) -> None:
        """Remove the device, and with it the namespace."""
        with suppress(OSError):
            self.visit(_remove)
        super().close()


def _make(parent: str, mode: str) -> int:
    """Make the namespace and its device from where the calling thread is; a descriptor of it. Raises OSError."""
    from netboard.adapters.kernel import links, scratch
    from netboard.adapters.kernel.netlink import RouteSocket

    kind = "ipvlan" if mode in _LEVELS else "macvlan"
    with RouteSocket() as outside:
        lower = links.find(outside, parent)
        if lower is None:
            raise OSError(19, os.strerror(19))
        leave_for_new()
        inner = home()
        try:
            number = links.mode_number(kind, mode)
            links.add_child(outside, kind, number, scratch.GROUP, lower.ifindex, SCRATCH_DEVICE, inner)
            with RouteSocket() as here:
                device = links.find(here, SCRATCH_DEVICE)
                if device is not None:
                    links.switch_on(here, device.ifindex)
        except BaseException:
            os.close(inner)
            raise
    return inner


def _remove() -> None:
    from netboard.adapters.kernel import links
    from netboard.adapters.kernel.netlink import RouteSocket

    with RouteSocket() as here:
        device = links.find(here, SCRATCH_DEVICE)
        if device is not None:
            links.remove(here, device.ifindex)


def _apart(descriptor: int, look: Callable[[], T]) -> T:
    found: list[T] = []
    failed: list[BaseException] = []

    def job() -> None:
        try:
            enter(descriptor)
            found.append(look())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=job, name="visit")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
