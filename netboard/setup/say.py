"""How set-up speaks: one line on standard error for what it does, one sentence for what is wrong."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class Stop(Exception):
    """Ends the program with one sentence that says what is wrong and what to do. `code`: 2 for usage, 1 otherwise."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def usage(sentence: str) -> Stop:
    """A wrong use of the command line or of a NETBOARD_ variable."""
    return Stop(sentence, 2)


def say(line: str) -> None:
    """Tell what is going on."""
    print(line, file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path], *, what: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a tool silently. Raises `Stop` with its last words where it fails; `what` begins that sentence."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError as error:
        raise Stop(f"{what} failed: {command[0]} cannot be run ({error.strerror}).") from error
    if done.returncode:
        words = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
        raise Stop(f"{what} failed (exit code {done.returncode}): " + " | ".join(words[-6:])[:1200])
