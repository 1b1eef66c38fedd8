"""How long it takes to get a board: from a fresh clone, the second time, and what `manage.py` itself adds to a command.

`.venv/bin/python -m benchmarks.start_up` prints seconds beside their budgets; the floor is one start of Django.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from netboard.setup.places import ROOT
from tests.commands.test_setup import BUILT, base_python
from tests.support.board import Board


def timed(command: list[str], folder: Path) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - began


def served(board: Board) -> float:
    """Seconds until the board serves; it is stopped then."""
    began = time.perf_counter()
    board.start(seconds=600)
    seconds = time.perf_counter() - began
    board.stop()
    return seconds


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="nb-bench-"))
    folder.chmod(0o755)
    python = base_python()
    copy = Path(shutil.copytree(ROOT, folder / "netboard", ignore=BUILT))
    os.environ.pop("VIRTUAL_ENV", None)
    board = Board(root=copy, python=python)
    try:
        fresh = served(board)
        again = statistics.median(served(board) for _ in range(3))
        floor = statistics.median(timed([".venv/bin/python", "-m", "django", "--version"], copy) for _ in range(5))
        plain = statistics.median(timed([python, "-c", ""], copy) for _ in range(9))
        whole = statistics.median(timed([python, "manage.py", "setup"], copy) for _ in range(9))
        demo = Board("--demo", root=copy, python=python)
        try:
            fleet = served(demo)
        finally:
            demo.close()
    finally:
        board.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"fresh clone to served     {fresh:6.1f} s   budget 90 s")
    print(f"second start to served    {again:6.2f} s   budget 5 s   (floor: import of Django {floor:.2f} s)")
    print(f"demo to served            {fleet:6.2f} s   budget 5 s")
    print(f"bootstrap's overhead      {whole - plain:6.3f} s   budget 0.3 s (a bare Python: {plain:.3f} s)")


if __name__ == "__main__":
    main()
