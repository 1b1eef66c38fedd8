"""Which network namespaces there are, and who holds each: processes, bind mounts."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from netboard.adapters.kernel.mounts import Mount, Mounts
from netboard.adapters.kernel.namespaces import OWN_NAMESPACE
from netboard.adapters.kernel.picture import Holders
from netboard.adapters.kernel.processes import Processes
from netboard.adapters.kernel.scratch import DEFAULT_RUN, is_scratch_path


class Found(NamedTuple):
    """One namespace that somebody holds."""

    holders: Holders
    opens: tuple[str, ...]
    """Paths that may be opened to reach it."""
    scratch: bool
    """It is netboard's own."""


class Census:
    """Counts the namespaces: all processes and mounts, or only what is new."""

    def __init__(self, run: Path = DEFAULT_RUN) -> None:
        self._run = run
        self._processes = Processes()
        self._mounts = Mounts()
        self._own = os.stat(OWN_NAMESPACE).st_ino

    def fileno(self) -> int:
        """For `poll` with POLLPRI: mounts have changed."""
        return self._mounts.fileno()

    def close(self) -> None:
        """Close descriptors."""
        self._mounts.close()

    def mounts_changed(self) -> None:
        """The kernel said so."""
        self._mounts.mark_changed()

    def look(self, *, quickly: bool) -> tuple[dict[int, Found], float]:
        """Every namespace by its inode, and the seconds after which mounts are worth another look (0: none needed)."""
        if quickly:
            self._processes.look_quickly()
        else:
            self._processes.look()
        again = self._mounts.look()
        if not quickly:
            self._mounts.look_elsewhere(self._processes.mount_namespaces())
        mounted: dict[int, list[Mount]] = {}
        for mount in self._mounts.all():
            mounted.setdefault(mount.inode, []).append(mount)
        inodes = self._processes.by_inode.keys() | mounted.keys()
        return {inode: self._found(inode, mounted.get(inode, [])) for inode in inodes}, again

    def _found(self, inode: int, mounts: list[Mount]) -> Found:
        shown = self._processes.shown(inode)
        names = tuple(sorted({mount.path for mount in mounts}))
        holders = Holders(
            inode,
            names,
            tuple(process.pid for process in shown),
            tuple(process.command for process in shown),
            self._processes.containers(inode),
        )
        if inode == self._own:
            return Found(holders, (OWN_NAMESPACE,), False)
        opens = (*(f"/proc/{process.pid}/ns/net" for process in shown), *(mount.opens for mount in mounts))
        return Found(holders, opens, any(is_scratch_path(name, self._run) for name in names))


def open_namespace(found: Found) -> int:
    """A descriptor of the namespace; the caller closes it. -1: nobody holds it any more."""
    for path in found.opens:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            if os.fstat(descriptor).st_ino == found.holders.inode:
                return descriptor
            os.close(descriptor)
    return -1
