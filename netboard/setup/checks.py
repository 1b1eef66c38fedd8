"""`manage.py lint`: every static check, each named; all of them run, so that one run tells everything."""

import os
import subprocess
import sys
from collections.abc import Callable

from netboard.setup import frontend, messages
from netboard.setup.places import PYTHON, ROOT, VENV
from netboard.setup.say import say


def lint() -> int:
    """Run all checks; 0 where all pass."""
    tool = str(VENV / "bin") + "/"
    node = [str(part) for part in frontend.node_programs()[0]]
    steps: list[tuple[str, list[str] | Callable[[], int]]] = [
        ("ruff check", [tool + "ruff", "check", "."]),
        ("ruff format", [tool + "ruff", "format", "--check", "."]),
        ("import-linter", [tool + "lint-imports", "--no-logo"]),
        ("mypy", [tool + "mypy"]),
        ("tsc", [*node, str(ROOT / "node_modules/typescript/bin/tsc"), "--noEmit", "-p", "static/tsconfig.json"]),
        ("wire types", [str(PYTHON), "-m", "netboard.boards.wire_types", "--check"]),
        ("makemigrations", [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("translations", _translations),
    ]
    failed = [name for name, step in steps if not _passes(name, step)]
    if failed:
        say(f"Failed: {', '.join(failed)}.")
        return 1
    say(f"All {len(steps)} checks passed.")
    return 0


def _passes(name: str, step: list[str] | Callable[[], int]) -> bool:
    print(f"── {name}", flush=True)
    if callable(step):
        return step() == 0
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run(step, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode == 0


def _translations() -> int:
    """Every catalogue is whole: nothing untranslated, nothing fuzzy."""
    worst = 0
    for source in messages.sources():
        done, open_ones = messages.read(source)
        where = source.relative_to(ROOT)
        print(f"{where}: {len(done)} translated, {len(open_ones)} not")
        for text in open_ones:
            print(f"  {text!r}", file=sys.stderr)
            worst = 1
    return worst
