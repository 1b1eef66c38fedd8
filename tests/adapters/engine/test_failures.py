"""An engine that is not there, may not be spoken to, does not answer, or is too old: each told with its own code."""

import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from netboard.adapters.engine.edge import STATES, mapped, source_of
from netboard.core.errors import EngineUnavailable
from tests.adapters.engine.told import wait_for_state, watching


def test_no_socket(tmp_path: Path) -> None:
    with watching(f"unix://{tmp_path}/none.sock") as (_, told):
        source = wait_for_state(told, "absent", "engine_absent")
    assert dict(source.params)["address"] == f"unix://{tmp_path}/none.sock"


def test_socket_that_nobody_listens_on(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "s"))
    with watching(f"unix://{tmp_path}/s") as (_, told):
        wait_for_state(told, "absent", "engine_absent")


def test_engine_that_never_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(tmp_path / "s"))
        stopped.listen()
        with watching(f"unix://{tmp_path}/s", stale_after=1.0) as (_, told):
            wait_for_state(told, "stale", "engine_silent")


def test_engine_that_is_too_old(tmp_path: Path) -> None:
    with (
        _serving(tmp_path / "s", b'{"Version": "19.03.15", "ApiVersion": "1.40"}'),
        watching(f"unix://{tmp_path}/s") as (_, told),
    ):
        source = wait_for_state(told, "absent", "engine_too_old")
    assert source.params == (("api_version", "1.40"), ("oldest", "1.41"), ("version", "19.03.15"))


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b"\xff\x00", b'{"ApiVersion": 7}'])
def test_something_that_is_no_engine(tmp_path: Path, answer: bytes) -> None:
    with _serving(tmp_path / "s", answer), watching(f"unix://{tmp_path}/s") as (_, told):
        source = wait_for_state(told, "stale", "engine_silent")
    assert source.state == "stale"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who may not")
def test_socket_without_permission(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as guarded:
        guarded.bind(str(tmp_path / "s"))
        guarded.listen()
        (tmp_path / "s").chmod(0o600)
        for folder in (tmp_path, *tmp_path.parents[:3]):
            if folder.owner() == "root" and folder not in (Path("/"), Path("/tmp")):
                folder.chmod(0o755)
        program = (
            "import os, socket; os.setuid(65534); s = socket.socket(socket.AF_UNIX)\n"
            f"try: s.connect({str(tmp_path / 's')!r})\n"
            "except OSError as error: print(error.errno)"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    error = mapped(OSError(int(done.stdout), "as told by the kernel"), "unix:///s")
    assert error.code == "engine_denied"


def test_every_code_has_a_state_and_a_remedy() -> None:
    for code, state in STATES.items():
        source = source_of(EngineUnavailable("what to do", code=code, params={"address": "unix:///s"}), "now")
        assert source == (state, "now", code, (("address", "unix:///s"),))


@contextmanager
def _serving(path: Path, answer: bytes) -> Iterator[None]:
    """An HTTP server on a unix socket that answers everything with the same JSON."""

    class Handler(http.server.BaseHTTPRequestHandler):
        body: ClassVar[bytes] = answer

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(self.body)))
            self.end_headers()
            self.wfile.write(self.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def address_string(self) -> str:
            return "unix"

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
