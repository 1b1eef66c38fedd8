"""A gate before the engine: passes everything on, but holds chosen requests until it is told to let them through.

worker ──► gate.sock ──► docker.sock        hold("POST", "/networks/create")
"""

import contextlib
import select
import socket
import threading
from pathlib import Path

from tests.support.wait import wait_until


class Gate:
    """Serves `url` until closed. A context manager."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._path = folder / "gate.sock"
        self._engine = engine.removeprefix("unix://")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        self.url = f"unix://{self._path}"
        self._held = b""
        self._part = b""
        self._left = 0
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self.waiting = 0
        """Requests that are being held."""
        self._closed = False
        threading.Thread(target=self._serve, name="gate", daemon=True).start()

    def hold(self, method: str, path: str, most: int = 1) -> None:
        """Hold the next requests (so many at most) with this method whose path has this in it."""
        self._left = most
        self._held = method.encode() + b" "
        self._part = path.encode()
        self._open.clear()

    def held(self, number: int = 1) -> None:
        """Wait until so many requests are held."""
        wait_until(lambda: self.waiting >= number, seconds=90, what="a request is held")

    def let_through(self) -> None:
        """Let all through, even if whoever sent one is gone by now, and hold nothing more."""
        self._held = b""
        self._open.set()
        wait_until(lambda: not self.waiting, seconds=60, what="nothing is held")

    def close(self) -> None:
        """Serve no more."""
        self._closed = True
        self._open.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), name="gate", daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine, contextlib.suppress(OSError):
            engine.connect(self._engine)
            was_held = False
            while True:
                ready, _, _ = select.select([client, engine], [], [])
                for one in ready:
                    chunk = one.recv(65536)
                    if not chunk:
                        if one is client and was_held:
                            engine.recv(65536)  # carried out, though nobody listens any more
                        return
                    if one is client:
                        was_held = self._wait(chunk) or was_held
                    (engine if one is client else client).sendall(chunk)

    def _wait(self, chunk: bytes) -> bool:
        """Hold a request that is to be held; whether it was."""
        if not (self._held and chunk.startswith(self._held) and self._part in chunk.split(b"\r\n", 1)[0]):
            return False
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            self.waiting += 1
        self._open.wait()
        with self._lock:
            self.waiting -= 1
        return True
