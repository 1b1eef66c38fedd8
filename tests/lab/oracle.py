"""What the kernel itself lists, by iproute2 alone: the truth that netboard's graph is compared with.

Run inside a machine, in a mount namespace of its own (`unshare -m`): prints, by the inode of each network namespace,
what `ip -d -j link` lists there and which other namespace each of its ids means. Shares no code with netboard.
"""

import json
import os
import re
import subprocess
from typing import Any, NamedTuple

from tests.lab.machine import Machine

_FOLDER = "/run/netns"
_SPLIT = "=====\n"
_PYTHON_PATH = "PYTHONPATH"


class Truth(NamedTuple):
    """One namespace as iproute2 tells of it."""

    links: list[dict[str, Any]]
    numbers: dict[int, int]
    """Its ids for others: id to inode."""


def ask(machine: Machine, python: str, root: str) -> dict[int, Truth]:
    """The truth about a machine, by inode."""
    told = machine.run(
        ["env", f"{_PYTHON_PATH}={root}", "unshare", "-m", "--propagation", "private", python, "-m", "tests.lab.oracle"]
    )
    return {
        int(inode): Truth(one["links"], {int(number): other for number, other in one["numbers"].items()})
        for inode, one in json.loads(told).items()
    }


def main() -> None:
    """Print the truth."""
    opened = _open_all()
    os.makedirs("/run/oracle", exist_ok=True)
    for inode, descriptor in opened.items():
        path = f"/run/oracle/{inode}"
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(f"/proc/{os.getpid()}/fd/{descriptor}", path)
    os.makedirs(_FOLDER, exist_ok=True)
    subprocess.run(["mount", "--bind", "/run/oracle", _FOLDER], check=True)
    print(json.dumps({inode: _look(f"/proc/{os.getpid()}/fd/{fd}") for inode, fd in opened.items()}))


def _open_all() -> dict[int, int]:
    paths = [f"/proc/{name}/ns/net" for name in os.listdir("/proc") if name.isdigit()]
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        paths += re.findall(r"^\d+ \d+ \S+ net:\[\d+\] (\S+) ", table.read(), re.MULTILINE)
    opened: dict[int, int] = {}
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        inode = os.fstat(descriptor).st_ino
        if inode in opened:
            os.close(descriptor)
        else:
            opened[inode] = descriptor
    return opened


def _look(path: str) -> dict[str, Any]:
    script = f"ip -d -j link; printf '{_SPLIT}'; ip -j netns list-id"
    done = subprocess.run(["nsenter", f"--net={path}", "sh", "-c", script], capture_output=True, text=True, check=True)
    links, numbers = done.stdout.split(_SPLIT)
    return {
        "links": json.loads(links or "[]"),
        "numbers": {one["nsid"]: int(one["name"]) for one in json.loads(numbers or "[]") if one.get("name")},
    }


if __name__ == "__main__":
    main()
