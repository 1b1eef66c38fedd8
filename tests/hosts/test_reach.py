"""Which hosts and origins the board answers to, and what a wrong deployment is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from netboard.config.origins import reach


@pytest.mark.parametrize(
    ("bind", "port", "url", "origins", "secure"),
    [
        pytest.param(
            "127.0.0.1",
            8000,
            "",
            ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"],
            False,
            id="loopback: its three names",
        ),
        pytest.param(
            "192.0.2.5",
            80,
            "",
            ["http://localhost", "http://127.0.0.1", "http://[::1]", "http://192.0.2.5"],
            False,
            id="an address: that too, without http's own port",
        ),
        pytest.param(
            "0.0.0.0", 8000, "https://board.example", ["https://board.example"], True, id="a url: that and nothing else"
        ),
        pytest.param(
            "::", 8000, "https://Board.example:8443/x", ["https://board.example:8443"], True, id="a url with a port"
        ),
    ],
)
def test_origins(bind: str, port: int, url: str, origins: list[str], secure: bool) -> None:
    found = reach(bind, port, url)
    assert (found.origins, found.secure) == (origins, secure)
    assert "*" not in found.hosts


@pytest.mark.parametrize("url", ["board.example", "ftp://board.example", "https://", "javascript:x"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        reach("127.0.0.1", 8000, url)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"NETBOARD_BIND": "0.0.0.0"}, "netboard.E001"),
        ({"NETBOARD_BIND": "0.0.0.0", "NETBOARD_URL": "http://board.example"}, "netboard.W001"),
        (
            {
                "NETBOARD_BIND": "0.0.0.0",
                "NETBOARD_URL": "https://board.example",
                "NETBOARD_DATABASE_URL": "postgres://u:p@127.0.0.1:1/x",
                "NETBOARD_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            },
            "no issues",
        ),
    ],
)
def test_the_deployment_is_checked(tmp_path: Path, variables: dict[str, str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "ERROR"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DJANGO_SETTINGS_MODULE": "netboard.config.settings",
            "NETBOARD_DATA": str(tmp_path),
            **variables,
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert says in done.stdout + done.stderr
