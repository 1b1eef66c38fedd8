"""What the machine brings: each piece, how to find it, what apt calls it; and `--provision`, which installs it."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from netboard.setup import frontend
from netboard.setup.say import Stop, say

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
_POLICY = Path("/usr/sbin/policy-rc.d")


def find(program: str) -> str | None:
    """A program on the PATH or where administrators' programs are."""
    return shutil.which(program) or shutil.which(program, path=_SBIN)


def _static_busybox() -> bool:
    """busybox that runs without any library: a test image holds nothing else."""
    program = shutil.which("busybox")
    if program is None:
        return False
    with contextlib.suppress(OSError):
        return b"ld-linux" not in Path(program).read_bytes()[:4096]
    return False


def _postgres() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or find("postgres") is not None


def has_node() -> bool:
    """Whether node ≥ 20 is there, from the machine or by a wheel that set-up installs: the machine's own is no must."""
    return frontend.system_node()


@dataclass(frozen=True)
class Piece:
    """Something that comes with the machine, not with Python's or npm's packages."""

    name: str
    there: Callable[[], bool]
    packages: tuple[str, ...]
    """What Debian and Ubuntu call it."""
    needed_for: frozenset[str]
    """`up`, `test`."""


def _program(name: str, *packages: str, needed_for: Iterable[str] = ("test",)) -> Piece:
    return Piece(name, lambda: find(name) is not None, packages or (name,), frozenset(needed_for))


PIECES: tuple[Piece, ...] = (
    Piece(
        "ensurepip",
        lambda: importlib.util.find_spec("ensurepip") is not None,
        ("python3-venv",),
        frozenset({"up", "test", "lint", "setup"}),
    ),
    _program("dockerd", "docker.io", needed_for=("up", "test")),
    _program("docker", "docker-cli|docker.io"),
    _program("iptables", needed_for=("up", "test")),
    _program("nft", "nftables"),
    _program("ip", "iproute2"),
    Piece("busybox (static)", _static_busybox, ("busybox-static",), frozenset({"test"})),
    Piece(
        "chromium",
        lambda: any(find(name) for name in ("chromium", "chromium-browser", "google-chrome")),
        ("chromium",),
        frozenset({"test"}),
    ),
    Piece("postgres", _postgres, ("postgresql",), frozenset({"test"})),
    _program("redis-server"),
    _program("docker-compose"),
)


def missing(purpose: str) -> list[Piece]:
    """The pieces that this purpose needs and the machine lacks."""
    return [piece for piece in PIECES if purpose in piece.needed_for and not piece.there()]


def apt_line(pieces: Iterable[Piece]) -> str:
    """What to type to get them."""
    names = sorted({_offered(package) for piece in pieces for package in piece.packages})
    return "apt-get install -y --no-install-recommends " + " ".join(names)


def _offered(package: str) -> str:
    """Of alternatives (Debian renamed some packages between releases) the first that this machine's apt knows."""
    alternatives = package.split("|")
    if len(alternatives) == 1 or shutil.which("apt-cache") is None:
        return alternatives[-1]
    known = (
        name for name in alternatives if not subprocess.run(["apt-cache", "show", name], capture_output=True).returncode
    )
    return next(known, alternatives[-1])


def sentence(pieces: list[Piece]) -> str:
    """What is missing, with its exact apt line."""
    return (
        f"This machine lacks {', '.join(piece.name for piece in pieces)}: {apt_line(pieces)} "
        "(or run this command as root with --provision)."
    )


def provision(purpose: str) -> None:
    """Install what is missing. Raises `Stop` where that cannot be: no rights, no apt, no such package."""
    lacking = missing(purpose)
    if not lacking:
        return
    names = ", ".join(piece.name for piece in lacking)
    if os.geteuid() != 0:
        raise Stop(f"--provision needs root to install {names}: run it with sudo.")
    if shutil.which("apt-get") is None:
        raise Stop(
            f"--provision installs through apt, which this machine does not have; install {names} by its own means."
        )
    say(f"Installing {names} through apt …")
    with _no_services():
        _apt("update")
        for piece in lacking:
            if not piece.there():
                _apt("install", "-y", "--no-install-recommends", *(_offered(package) for package in piece.packages))
    importlib.invalidate_caches()
    still = [piece for piece in lacking if not piece.there() and piece.name != "ensurepip"]
    if still:
        raise Stop(f"apt installed its packages, and yet {', '.join(piece.name for piece in still)} is missing.")


def _apt(*arguments: str, tries: int = 3) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "l"}
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", *arguments]
    for attempt in range(1, tries + 1):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if not done.returncode:
            return
        if re.search("Unable to locate package|has no installation candidate", done.stderr):
            break
        if attempt < tries:
            time.sleep(3 * attempt)
    words = " | ".join(line for line in done.stderr.splitlines() if line.strip())[-600:]
    raise Stop(f"apt-get {' '.join(arguments)} failed: {words}")


@contextlib.contextmanager
def _no_services() -> Iterator[None]:
    """Keep packages from starting their services: netboard and its tests start what they need themselves."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
