"""The page's own tests, run by node as `npm test` does."""

import subprocess

from netboard.setup import frontend
from netboard.setup.places import ROOT


def test_the_page_passes_its_tests() -> None:
    node = [str(word) for word in frontend.node_programs()[0]]
    done = subprocess.run(
        [*node, "static/test.mjs"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
