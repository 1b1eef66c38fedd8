"""The data folder: database, Valkey's socket, keys. One board at a time; readable by its owner alone."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from pathlib import Path

from netboard.setup.places import ROOT
from netboard.setup.say import Stop
from netboard.supervisor.owner import Owner

_LOCK = "netboard.lock"
_PREPARED = "netboard.prepared"
_OURS = ("netboard.", "valkey.", "secret.key", "host.key", "schedule", "board.json", "processes.json", ".secret.key")


class Folder:
    """The data folder, held by this process until it ends. Raises `Stop` where it cannot be used."""

    def __init__(self, path: Path, owner: Owner | None) -> None:
        self.path = path
        self._owner = owner
        self._pids: dict[str, int] = {}
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not (path / _LOCK).exists() and any(path.iterdir()):
                raise Stop(
                    f"The folder {path} holds something else than a board's data; choose an empty one with --data."
                )
            path.chmod(0o700)
            self._lock = self._hold()
            for name in ("secret.key", "host.key"):
                self._key(name)
            self.take_over()
        except OSError as error:
            raise Stop(
                f"The data folder {path} cannot be used: {error.strerror}; choose another with --data."
            ) from error

    def take_over(self) -> None:
        """Give the folder and what is netboard's in it to whom the processes run as."""
        if self._owner is None:
            return
        os.chown(self.path, self._owner.uid, self._owner.gid)
        for entry in os.scandir(self.path):
            state = entry.stat(follow_symlinks=False)
            foreign = (state.st_uid, state.st_gid) != (self._owner.uid, self._owner.gid)
            if foreign and entry.name.startswith(_OURS) and state.st_nlink == 1 and not entry.is_symlink():
                os.chown(entry.path, self._owner.uid, self._owner.gid, follow_symlinks=False)

    def is_prepared(self, database: str) -> bool:
        """Whether this database was last brought up to date by a netboard with the same migrations."""
        try:
            return (self.path / _PREPARED).read_text() == _migrations(database)
        except OSError:
            return False

    def note_prepared(self, database: str) -> None:
        """Say that it is up to date now."""
        self._write(_PREPARED, _migrations(database))

    def note_board(self, bind: str, port: int, url: str) -> None:
        """Say where the board is served, for `check_health`."""
        self._write("board.json", {"bind": bind, "port": port, "url": url, "pid": os.getpid()})

    def note_process(self, name: str, pid: int | None) -> None:
        """Say which process is which."""
        if pid is None:
            self._pids.pop(name, None)
        else:
            self._pids[name] = pid
        self._write("processes.json", self._pids)

    def leave(self) -> None:
        """Remove what is only true while the board runs."""
        for name in ("board.json", "processes.json", "valkey.sock"):
            with contextlib.suppress(OSError):
                (self.path / name).unlink()

    def _hold(self) -> int:
        lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(lock)
            raise Stop(
                f"Another board runs with the data folder {self.path} (process {holder}); "
                "stop it, or choose another folder with --data."
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return lock

    def _key(self, name: str) -> None:
        path = self.path / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))

    def _write(self, name: str, content: object) -> None:
        with contextlib.suppress(OSError):
            pending = self.path / f".{name}"
            pending.write_text(content if isinstance(content, str) else json.dumps(content))
            if self._owner is not None:
                os.chown(pending, self._owner.uid, self._owner.gid)
            pending.replace(self.path / name)


def _migrations(database: str) -> str:
    """A digest of a database's address and of which migrations this netboard has."""
    names = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("netboard/*/migrations/*.py"))
    return hashlib.sha256("\0".join([database, *names]).encode()).hexdigest()
