"""Where things are, and the lock that keeps two set-ups of one folder apart."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from netboard.setup.say import Stop, say

ROOT = Path(__file__).resolve().parents[2]
"""The folder with manage.py."""
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = VENV / "tools"
"""Packages that only set-up needs (uv, and node where the machine has none), apart from netboard's own."""
DIST = ROOT / "static" / "dist"


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the folder's set-up lock. It is on the folder itself: no file is left, and it ends with the process."""
    handle = os.open(ROOT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this folder to finish.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise Stop(f"The folder {ROOT} cannot be locked for set-up: {error.strerror}.") from error
        yield
    finally:
        os.close(handle)
