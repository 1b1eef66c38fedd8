"""Nonsense in any option or variable gets one sentence and exit code 2, before anything is set up or started."""

from pathlib import Path

import pytest

from netboard.setup.main import main
from netboard.setup.options import read_up

NONSENSE: dict[str, list[str]] = {
    "an unknown option": ["--colour", "blue"],
    "a stray word": ["now"],
    "a port that is no number": ["--port", "http"],
    "a port beyond the last": ["--port", "65536"],
    "a negative port": ["--port", "-1"],
    "a port with no value": ["--port"],
    "an address that is none": ["--bind", "everywhere"],
    "an address with a port": ["--bind", "127.0.0.1:80"],
    "a public address without --url": ["--bind", "0.0.0.0"],
    "a URL without a scheme": ["--url", "board.example"],
    "a URL of something else": ["--url", "ftp://board.example"],
    "a URL with a path": ["--url", "https://board.example/netboard"],
    "a URL with a person": ["--url", "https://me@board.example"],
    "a URL with a wrong port": ["--url", "https://board.example:99999"],
    "a broken IPv6 URL": ["--url", "http://[::1"],
    "an engine over ssh": ["--docker", "ssh://host"],
    "an engine without a scheme": ["--docker", "/var/run/docker.sock"],
    "a fleet of nothing": ["--demo", "0x5"],
    "a fleet without containers": ["--demo", "12"],
    "a fleet beyond reason": ["--demo", "999999x999999"],
    "a fleet in words": ["--demo", "many"],
    "a data folder that is a file": ["--data", __file__],
    "a data folder without a name": ["--data", ""],
    "a data folder too deep for a socket": ["--data", "/tmp/" + "x" * 120],
}


@pytest.mark.parametrize("arguments", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_answered_with_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert len(said.err) > 30


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NETBOARD_PORT", "http"),
        ("NETBOARD_BIND", "everywhere"),
        ("NETBOARD_URL", "board"),
        ("NETBOARD_DOCKER", "socket"),
        ("DOCKER_HOST", "ssh://elsewhere"),
        ("NETBOARD_DEMO", "big"),
        ("NETBOARD_DATA", __file__),
    ],
)
def test_a_variable_is_checked_like_its_option(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["up"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_other_commands_take_no_nonsense_either(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["lint", "--fast"], ["setup", "x"], ["check_health", "--port", "1"]):
        assert main(arguments) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_option_goes_before_its_variable() -> None:
    given = {"NETBOARD_PORT": "9000", "DOCKER_HOST": "unix:///d.sock"}
    values, provisioning = read_up(["--port", "9001", "--demo", "--provision"], given)
    assert (values["NETBOARD_PORT"], values["NETBOARD_DEMO"], provisioning) == ("9001", "3x12", True)
    assert values["NETBOARD_DOCKER"] == "unix:///d.sock"
    assert values["NETBOARD_DATA"] == str(Path(".netboard").absolute())


def test_health_of_a_board_that_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "board.json").write_text('{"bind": "127.0.0.1", "port": 1, "url": ""}')
    assert main(["check_health", "--data", str(tmp_path)]) == 1
    assert "No board answers" in capsys.readouterr().err
