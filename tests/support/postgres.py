"""A real PostgreSQL from the system's package, in a folder of its own, as the user postgres, on a unix socket only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.support.wait import wait_until


def binary(name: str) -> str | None:
    """The newest installed server program of this name; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else None


class Postgres:
    """One server. Root may not run it, so it runs as the user postgres."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nb-pg-"))
        self.process: subprocess.Popen[bytes] | None = None
        self._user: int | None = None
        self._group: int | None = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._user, self._group = user.pw_uid, user.pw_gid

    @property
    def url(self) -> str:
        """For NETBOARD_DATABASE_URL."""
        return f"postgres://postgres@{str(self.folder).replace('/', '%2F')}/postgres"

    def _run(self, name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        program = binary(name)
        assert program is not None
        return subprocess.Popen(
            [program, *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            group=self._group,
            extra_groups=[] if self._group is not None else None,
        )

    def start(self) -> "Postgres":
        """Make the cluster and wait until it answers."""
        data = str(self.folder / "data")
        made = self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        assert made.wait(120) == 0
        return self.restart()

    def restart(self) -> "Postgres":
        """Start the server on the cluster that is there, after whatever became of the one before."""
        data = str(self.folder / "data")
        self.process = self._run(
            "postgres",
            *("-D", data, "-k", str(self.folder), "-h", "", "-c", "fsync=off", "-c", "max_connections=30"),
        )
        wait_until(self._answers, seconds=60, what="PostgreSQL answers")
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "PostgreSQL has ended"
        return self._run("pg_isready", "-h", str(self.folder)).wait(30) == 0

    def remove(self) -> None:
        """Stop it and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)
