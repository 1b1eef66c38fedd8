"""Where network namespaces are bind-mounted: in the mount table, in known folders, in other mount namespaces.

The kernel tells that mounts changed (POLLPRI on mountinfo), not which. Reading the table costs milliseconds where
a thousand containers run, so it is read as often as a small share of the processor allows; the folders known to hold
namespaces (Docker's, `ip netns`') are listed at once.
"""

import os
import re
import time
from collections.abc import Iterable
from typing import Final, NamedTuple

_LINE: Final = re.compile(rb"^\d+ \d+ \d+:\d+ net:\[(\d+)\] (\S+) [^\n]* - nsfs ", re.MULTILINE)
_ESCAPE: Final = re.compile(rb"\\([0-7]{3})")
_FOLDERS: Final = ("/run/docker/netns", "/run/netns", "/var/run/docker/netns", "/var/run/netns")
_SHARE: Final = 50
"""A read that took 1 ms is repeated after 50 ms at the earliest."""
_FOREIGN_AGAIN: Final = 30.0
_FOREIGN_BUDGET: Final = 0.002


class Mount(NamedTuple):
    """One place where a network namespace is mounted."""

    path: str
    """As seen in its mount namespace."""
    opens: str
    """The path by which this process reaches it."""
    inode: int


class _Foreign:
    """Another mount namespace: how its table is reached, what was found, when to look again."""

    __slots__ = ("due", "found", "pid", "priority")

    def __init__(self, pid: int, priority: int) -> None:
        self.pid = pid
        self.priority = priority
        self.due = 0.0
        self.found: list[Mount] = []


class Mounts:
    """Every bind mount of a network namespace that can be seen."""

    def __init__(self) -> None:
        self._table = os.open("/proc/thread-self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
        self._own = os.stat("/proc/thread-self/ns/mnt").st_ino
        self._changed = True
        self._next_read = 0.0
        self._paths: dict[str, Mount] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self._folders: set[str] = {os.path.realpath(folder) for folder in _FOLDERS}
        self._foreign: dict[int, _Foreign] = {}

    def fileno(self) -> int:
        """For `poll` with POLLPRI."""
        return self._table

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._table)

    def all(self) -> Iterable[Mount]:
        """Every mount known now."""
        yield from self._paths.values()
        for foreign in self._foreign.values():
            yield from foreign.found

    def mark_changed(self) -> None:
        """The kernel said that the table changed."""
        self._changed = True

    def look(self) -> float:
        """Look for changes; returns the seconds until the table may be read again, 0 where nothing is left to do."""
        if not self._changed:
            return 0.0
        now = time.monotonic()
        if now >= self._next_read:
            self._changed = False
            self._read_own()
            self._next_read = time.monotonic() + _SHARE * (time.monotonic() - now)
            return 0.0
        self._list_folders()
        return self._next_read - now

    def look_elsewhere(self, holders: dict[int, tuple[int, bool]]) -> None:
        """Look into other mount namespaces, within a small budget; those without a container first.

        `holders` gives, by the inode of each mount namespace, a process in it and whether that is a container's.
        """
        for gone in self._foreign.keys() - holders.keys():
            del self._foreign[gone]
        for inode, (pid, contained) in holders.items():
            if inode != self._own:
                self._foreign.setdefault(inode, _Foreign(pid, int(contained))).pid = pid
        started = time.monotonic()
        due = [foreign for foreign in self._foreign.values() if foreign.due <= started]
        for foreign in sorted(due, key=lambda one: (one.priority, one.due)):
            if time.monotonic() - started > _FOREIGN_BUDGET:
                break
            foreign.found = [
                Mount(path, f"/proc/{foreign.pid}/root{path}", number)
                for path, number in _mounts_in(_read(f"/proc/{foreign.pid}/mountinfo"))
            ]
            foreign.due = time.monotonic() + (_FOREIGN_AGAIN if foreign.priority else 0.0)

    def _read_own(self) -> None:
        os.lseek(self._table, 0, os.SEEK_SET)
        chunks = []
        while chunk := os.read(self._table, 1 << 20):
            chunks.append(chunk)
        self._paths = {path: Mount(path, path, inode) for path, inode in _mounts_in(b"".join(chunks))}
        self._folders |= {os.path.dirname(path) for path in self._paths}
        self._listed = {folder: _names_in(folder) for folder in self._folders}

    def _list_folders(self) -> None:
        for folder in self._folders:
            names = _names_in(folder)
            before = self._listed.get(folder, frozenset())
            self._listed[folder] = names
            for name in before - names:
                self._paths.pop(f"{folder}/{name}", None)
            for name in names - before:
                path = f"{folder}/{name}"
                inode = _mounted_at(path)
                if inode:
                    self._paths[path] = Mount(path, path, inode)
                else:
                    self._listed[folder] -= {name}


def _mounts_in(table: bytes) -> list[tuple[str, int]]:
    return [(_plain(path), int(inode)) for inode, path in _LINE.findall(table)]


def _plain(path: bytes) -> str:
    """Without the octal escapes of mountinfo."""
    return os.fsdecode(_ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), path))


def _names_in(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _mounted_at(path: str) -> int:
    """The inode of the namespace that is mounted here, 0 where none is (the file is made before it is mounted over)."""
    try:
        status = os.stat(path)
        return status.st_ino if status.st_dev == os.stat("/proc/thread-self/ns/net").st_dev else 0
    except OSError:
        return 0


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall() or b""
    except OSError:
        return b""
