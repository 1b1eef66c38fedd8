"""The environment `.venv`: made with the standard library, filled by uv (else pip) with exactly what the lock names."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

from netboard.setup.places import PYTHON, ROOT, TOOLS, VENV
from netboard.setup.say import Stop, run, say

Need = Literal["run", "dev"]
"""What to install: what running needs, or also what tests and checks need."""

LOCKS: dict[Need, Path] = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
STAMP = VENV / "netboard.json"
_UV_LOCK = Path(__file__).with_name("uv.lock.txt")


def _digest(need: Need) -> str:
    return hashlib.sha256(LOCKS[need].read_bytes()).hexdigest()


def is_current(need: Need) -> bool:
    """Whether `.venv` holds what the lock names. The bigger lock holds the smaller one."""
    try:
        stamp = json.loads(STAMP.read_text())
        digests = {kind: _digest(kind) for kind in LOCKS}
    except (OSError, ValueError):
        return False
    held = stamp.get("held", {}) if isinstance(stamp, dict) else {}
    if not os.access(PYTHON, os.X_OK) or stamp.get("python") != os.path.realpath(PYTHON):
        return False
    if held.get("run") != digests["run"]:
        return False
    return need == "run" or held.get("dev") == digests["dev"]


def make_current(need: Need) -> None:
    """Make or mend `.venv` in place, so that programs running from it go on. Call it under the folder's lock.

    An environment without a stamp is brought up to date, not thrown away. One that holds the test tools keeps them.
    """
    if is_current(need):
        return
    if need == "run" and _held_before() == "dev":
        need = "dev"
    _writable()
    if not _works():
        _make()
    say(f"Installing Python packages from {LOCKS[need].name} …")
    uv = _uv()
    if uv:
        run(
            [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, LOCKS[need]],
            what="Installing the Python packages",
            cwd=ROOT,
        )
    else:
        run(
            [*_pip(), "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCKS[need]],
            what="Installing the Python packages",
            cwd=ROOT,
        )
    held = {kind: _digest(kind) for kind in LOCKS if kind == "run" or need == "dev"}
    pending = STAMP.with_suffix(".new")
    pending.write_text(json.dumps({"python": os.path.realpath(PYTHON), "held": held}))
    pending.replace(STAMP)


def install_tools(lock: Path) -> Path:
    """Install what this lock names into a folder of its own beside netboard's packages. Returns that folder."""
    folder = TOOLS / (lock.name.split(".")[0] + "-" + hashlib.sha256(lock.read_bytes()).hexdigest()[:12])
    done = folder / ".complete"
    if not done.exists():
        run(
            [
                *_pip(),
                "install",
                "--quiet",
                "--require-hashes",
                "--no-deps",
                "--upgrade",
                "-r",
                lock,
                "--target",
                folder,
            ],
            what=f"Installing {lock.name.split('.')[0]}",
        )
        done.touch()
    return folder


def _held_before() -> Need:
    try:
        return "dev" if "dev" in json.loads(STAMP.read_text())["held"] else "run"
    except (OSError, ValueError, KeyError, TypeError):
        return "dev" if PYTHON.with_name("pytest").exists() else "run"


def _writable() -> None:
    place = VENV if VENV.exists() else ROOT
    if not os.access(place, os.W_OK):
        raise Stop(
            f"The folder {place} cannot be written by this user, so nothing can be installed in it; "
            "run the command as the folder's owner."
        )


def _works() -> bool:
    """Whether there is an environment whose Python runs, is new enough, and is still the one it was made with."""
    code = (
        "import os, sys; assert sys.version_info >= (3, 11); print(os.path.isdir(os.path.join(sys.prefix, 'lib', "
        + ("f'python{sys.version_info[0]}.{sys.version_info[1]}')))")
    )
    try:
        done = subprocess.run([PYTHON, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == "True"


def _make() -> None:
    """A new environment. Debian ships Python without `ensurepip`: it is in a package of its own."""
    if importlib.util.find_spec("ensurepip") is None:
        raise Stop(
            "Python's module ensurepip is missing, so no environment can be made: "
            "apt-get install -y python3-venv (or run this command as root with --provision)."
        )
    say("Making the environment .venv …")
    base = getattr(sys, "_base_executable", sys.executable)
    run([base, "-m", "venv", "--clear", VENV], what="Making the environment .venv")


def _pip() -> list[str | Path]:
    """How to call pip inside the environment, which it gets if it lacks it."""
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
        run([PYTHON, "-m", "ensurepip", "--upgrade"], what="Installing pip")
    return [PYTHON, "-m", "pip", "--no-input", "--disable-pip-version-check"]


def _uv() -> Path | None:
    """uv, from where an earlier set-up put it, else installed there. None: not to be had, pip has to do."""
    try:
        program = install_tools(_UV_LOCK) / "bin" / "uv"
        return program if os.access(program, os.X_OK) else None
    except Stop as reason:
        say(f"{reason} Going on with pip.")
        return None
