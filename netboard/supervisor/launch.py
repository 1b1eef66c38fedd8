"""Becomes the program given after the parent's process id, having told the kernel to end it with that parent.

A program of its own, run in isolated mode, because it has to act after the rights were dropped and before the exec.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """argv: parent's process id, program, arguments."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    try:
        os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{sys.argv[2]} cannot be run: {error.strerror}.")


if __name__ == "__main__":
    main()
