"""Which process holds which network namespace, and which container it belongs to: a cheap look at /proc.

A process is known by its id and the inode of its folder in /proc, which is new for a reused id. A full look reads one
symbolic link of each process; a quick one only of those that are new.
"""

import os
import re
import time
from collections.abc import Callable
from typing import Final

_CONTAINER: Final = re.compile(rb"/(?:docker-)?([0-9a-f]{64})(?:\.scope)?(?=[/\n]|$)")
_READ_AGAIN_FIRST: Final = 0.5
_READ_AGAIN_LAST: Final = 60.0
"""Seconds after which a process's name and cgroup are read again: each time twice as long, up to this."""
_SETTLED: Final = 1.0
"""Seconds after which a process is named beside others that hold its namespace: health checks come and go."""
SHOWN: Final = 8
"""Processes named per namespace."""


class Process:
    """One process, as last seen. `mounts` is the inode of its mount namespace, 0 where it may not be read."""

    __slots__ = ("command", "container", "first_seen", "inode", "mark", "mounts", "of_kernel", "pid", "read_at")

    def __init__(self, pid: int, mark: int, inode: int, now: float) -> None:
        self.pid = pid
        self.mark = mark
        self.inode = inode
        self.first_seen = now
        self.read_at = 0.0
        self.command = ""
        self.container = ""
        self.mounts = 0
        self.of_kernel = False

    def describe(self, now: float) -> None:
        """Read name, container and mount namespace, unless that was done lately for its age."""
        age = self.read_at - self.first_seen
        if self.read_at and now - self.read_at < min(max(age, _READ_AGAIN_FIRST), _READ_AGAIN_LAST):
            return
        self.of_kernel = self.of_kernel or (not self.read_at and _is_kernel_thread(self.pid))
        self.read_at = now
        if self.of_kernel:
            return
        self.command = _read(f"/proc/{self.pid}/comm").decode("utf-8", "replace").strip()
        self.container = container_of(_read(f"/proc/{self.pid}/cgroup"))
        self.mounts = _inode_of(f"/proc/{self.pid}/ns/mnt")


class Processes:
    """All processes that may be seen, by id, and by the inode of their network namespace."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[int, Process] = {}
        self.by_inode: dict[int, dict[int, Process]] = {}
        self.unreadable = 0
        """Processes whose namespace this process may not see, at the last full look."""

    def look(self) -> None:
        """Every process: where it is now."""
        now = self._clock()
        since = now if self._known else now - _SETTLED
        seen: set[int] = set()
        self.unreadable = 0
        with os.scandir("/proc") as entries:
            for entry in entries:
                if not entry.name.isdigit():
                    continue
                pid = int(entry.name)
                known = self._known.get(pid)
                if known and known.of_kernel and known.mark == entry.inode():
                    seen.add(pid)
                    continue
                inode = self._namespace_of(pid)
                if not inode:
                    continue
                seen.add(pid)
                if known is None or known.mark != entry.inode():
                    self._put(Process(pid, entry.inode(), inode, since))
                elif known.inode != inode:
                    self._drop(pid)
                    known.inode = inode
                    self._put(known)
        for pid in self._known.keys() - seen:
            self._drop(pid)
        self._describe(now)

    def look_quickly(self) -> None:
        """Only processes that are new or gone: those that were known are taken to be where they were."""
        now = self._clock()
        listed = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        for pid in self._known.keys() - listed:
            self._drop(pid)
        for pid in listed - self._known.keys():
            inode = self._namespace_of(pid)
            if inode:
                self._put(Process(pid, _mark_of(pid), inode, now))
        self._describe(now)

    def shown(self, inode: int) -> list[Process]:
        """The processes to name for a namespace: the lowest ids of those that have been there for a while."""
        held = self.by_inode.get(inode)
        if not held:
            return []
        now = self._clock()
        named = [process for process in held.values() if not process.of_kernel]
        settled = [process for process in named if now - process.first_seen >= _SETTLED]
        return sorted(settled or named, key=lambda process: process.pid)[:SHOWN]

    def containers(self, inode: int) -> tuple[str, ...]:
        """Full ids of the containers whose processes are in this namespace, sorted."""
        held = self.by_inode.get(inode, {})
        return tuple(sorted({process.container for process in held.values() if process.container}))

    def mount_namespaces(self) -> dict[int, tuple[int, bool]]:
        """By the inode of each mount namespace: a process in it, and whether that is a container's."""
        return {
            process.mounts: (process.pid, bool(process.container)) for process in self._known.values() if process.mounts
        }

    def _describe(self, now: float) -> None:
        for process in self._known.values():
            process.describe(now)

    def _namespace_of(self, pid: int) -> int:
        try:
            return _inode_in(os.readlink(f"/proc/{pid}/ns/net"))
        except PermissionError:
            self.unreadable += 1
            return 0
        except OSError:
            return 0

    def _put(self, process: Process) -> None:
        if process.pid in self._known:
            self._drop(process.pid)
        self._known[process.pid] = process
        self.by_inode.setdefault(process.inode, {})[process.pid] = process

    def _drop(self, pid: int) -> None:
        process = self._known.pop(pid)
        held = self.by_inode[process.inode]
        del held[pid]
        if not held:
            del self.by_inode[process.inode]


def container_of(cgroups: bytes) -> str:
    """The engine's full id in the text of /proc/PID/cgroup (both versions), the innermost; empty if there is none."""
    found = _CONTAINER.findall(cgroups)
    return str(found[-1].decode()) if found else ""


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 16384)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _is_kernel_thread(pid: int) -> bool:
    """Whether it has no program: kernel threads live in the first namespace only and say nothing about it."""
    try:
        os.readlink(f"/proc/{pid}/exe")
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _inode_of(path: str) -> int:
    try:
        return _inode_in(os.readlink(path))
    except OSError:
        return 0


def _inode_in(target: str) -> int:
    """The number in `net:[4026531840]`."""
    return int(target[target.index("[") + 1 : -1])


def _mark_of(pid: int) -> int:
    try:
        return os.stat(f"/proc/{pid}").st_ino
    except OSError:
        return 0
