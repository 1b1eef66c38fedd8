"""What a test needs of this computer: without it the test is skipped, or, in CI, fails."""

import os

import pytest

from tests.lab.machine import missing


def need_machine() -> None:
    """Skip (fail in CI) where no disposable machine can be made here."""
    lacking = missing()
    if lacking:
        reason = f"a disposable machine needs {', '.join(lacking)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
