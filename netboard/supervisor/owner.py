"""Who the processes run as: started as root, all but the agent become the owner of the data folder, or `nobody`."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class Rights(TypedDict, total=False):
    """What a new process is started with, in subprocess' words."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Owner:
    """A person of the machine without special rights."""

    name: str
    uid: int
    gid: int

    def rights(self) -> Rights:
        """No group but the own one."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def candidate(folder: Path) -> Owner | None:
    """Who root should become for the sake of this data folder: its owner, or `nobody` where that is root itself.

    A folder that is still to be made counts as owned by the owner of the folder above it.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    uid = there.stat().st_uid
    try:
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError:
        return Owner(str(uid), uid, there.stat().st_gid) if uid else None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


_PROBE = """
import os, sys
import netboard.wiring.settings
sys.exit(0 if os.access(sys.argv[1], os.X_OK) else 3)
"""


def obstacle(owner: Owner, root: Path, folder: Path) -> str:
    """Why this person cannot run netboard: in words, empty where they can. Asked by trying, with their rights."""
    above = folder.parent
    while not above.exists():
        above = above.parent
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, str(above)],
            cwd=root,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            **owner.rights(),
        )
    except (OSError, subprocess.SubprocessError):
        return f"{owner.name} may not execute {sys.executable} or read {root}"
    if done.returncode == 3:
        return f"{owner.name} may not enter {above}"
    return f"{owner.name} may not read {root} or the packages in it" if done.returncode else ""
