"""Starting a Docker Engine where none answers, for `up --provision`: as a service, else as a process of its own."""

import contextlib
import shutil
import socket
import subprocess
import time

from netboard.setup import machine
from netboard.setup.say import Stop, say

_PATIENCE = 60.0
"""Seconds until a started engine has to listen."""


def listens(address: str) -> bool:
    """Whether something accepts connections on this unix socket."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        probe.connect(address.removeprefix("unix://"))
        return True
    return False


def start_if_none(address: str) -> None:
    """Start an engine that listens on this unix socket, unless one does. Other addresses are not ours to serve.

    The engine outlives the board, as one that the machine's own service manager started would.
    """
    if not address.startswith("unix://") or listens(address):
        return
    say("Starting the Docker Engine …")
    if address == "unix:///var/run/docker.sock" and shutil.which("systemctl"):
        subprocess.run(["systemctl", "start", "docker"], stdin=subprocess.DEVNULL, capture_output=True)
        if _wait(address, 10):
            return
    program = machine.find("dockerd")
    if program is None:
        raise Stop("No Docker Engine is installed: apt-get install -y --no-install-recommends docker.io.")
    process = subprocess.Popen(
        [program, "-H", address],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if not _wait(address, _PATIENCE, process):
        raise Stop(f"The Docker Engine did not start; run `{program} -H {address}` to see why.")


def _wait(address: str, seconds: float, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    deadline = time.monotonic() + seconds
    while not listens(address):
        if time.monotonic() > deadline or (process is not None and process.poll() is not None):
            return False
        time.sleep(0.1)
    return True
