"""Loaded before Django's settings are: tests have a data folder of their own and none of the caller's settings."""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("NETBOARD_") or name == "DOCKER_HOST"]:
    del os.environ[name]

_folder = tempfile.mkdtemp(prefix="nb-tests-")
os.environ["NETBOARD_DATA"] = _folder


def _remove(owner: int = os.getpid()) -> None:
    """Forked children inherit this and must leave the folder alone."""
    if os.getpid() == owner:
        shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_remove)
