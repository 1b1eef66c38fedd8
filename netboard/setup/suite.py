"""`manage.py test`: every test but the long runs; what the machine lacks is told, and with CI set it is an error."""

import os
import subprocess
from collections.abc import Sequence

from netboard.setup import machine
from netboard.setup.places import PYTHON, ROOT, VENV
from netboard.setup.say import Stop, say

NO_TESTS_COLLECTED = 5


def suite(arguments: Sequence[str]) -> int:
    """Run pytest with these further arguments; returns its exit code."""
    lacking = machine.missing("test")
    if lacking:
        if os.environ.get("CI"):
            raise Stop(machine.sentence(lacking))
        say(f"{machine.sentence(lacking)} Tests that need it are skipped.")
    if os.geteuid() != 0:
        say("Tests that need root (namespaces, a Docker Engine) are skipped: run as root to run them all.")
    cores = min(2, os.cpu_count() or 1)
    command = [str(PYTHON), "-m", "pytest", "-m", "not soak", "-n", str(cores), "--dist", "loadfile", *arguments]
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    if code == NO_TESTS_COLLECTED:
        say("No test was selected.")
    return code
