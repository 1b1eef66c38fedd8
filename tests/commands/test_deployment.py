"""The production files: Compose accepts them, and each service has the rights it needs and no more."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netboard.setup.main import PROCESSES
from netboard.setup.places import ROOT

VARIABLES = {
    "NETBOARD_URL": "https://board.example",
    "NETBOARD_SECRET_KEY": "secret",
    "NETBOARD_HOST_KEY": "key",
    "POSTGRES_PASSWORD": "one",
    "VALKEY_PASSWORD": "two",
}
OURS = {"web", "control", "recorder", "agent", "migrate"}

pytestmark = pytest.mark.skipif(shutil.which("docker-compose") is None, reason="this machine lacks docker-compose")


def config(folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What Compose makes of the file with these variables."""
    file = folder / "variables"
    file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    command = ["docker-compose", "--env-file", str(file), "-f", str(ROOT / "docker-compose.yml"), "config"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin"})


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The services as Compose understands them."""
    said = config(tmp_path_factory.mktemp("compose"), VARIABLES)
    assert said.returncode == 0, said.stderr
    read = subprocess.run(
        [sys.executable, "-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"],
        input=said.stdout,
        capture_output=True,
        text=True,
        check=True,
    )
    parsed: dict[str, Any] = json.loads(read.stdout)["services"]
    return parsed


def test_every_process_is_a_service(services: dict[str, Any]) -> None:
    assert set(services) == OURS | {"postgres", "valkey"}
    commands = {services[name]["command"][0] for name in OURS}
    assert commands <= {*PROCESSES, "prepare"}


def test_only_the_agent_has_rights(services: dict[str, Any]) -> None:
    assert set(services["agent"]["cap_add"]) == {"NET_ADMIN", "NET_RAW", "NET_BROADCAST", "SYS_ADMIN", "SYS_PTRACE"}
    for name in OURS:
        service = services[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert not service.get("privileged")
        if name != "agent":
            assert not {"cap_add", "pid", "network_mode", "user"} & set(service)
            assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))
    assert "NETBOARD_DATABASE_URL" not in services["agent"]["environment"], "agents know no database"


def test_nothing_listens_beyond_this_machine(services: dict[str, Any]) -> None:
    ports = [str(port) for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all("127.0.0.1" in port for port in ports)


def test_what_others_wait_for_has_a_health_check(services: dict[str, Any]) -> None:
    for name in ("web", "postgres", "valkey"):
        assert services[name]["healthcheck"]["test"]


@pytest.mark.parametrize("absent", ["NETBOARD_SECRET_KEY", "VALKEY_PASSWORD"])
def test_a_forgotten_secret_is_named(absent: str, tmp_path: Path) -> None:
    said = config(tmp_path, {name: value for name, value in VARIABLES.items() if name != absent})
    assert said.returncode != 0
    assert absent in said.stderr


def test_images_name_no_registry() -> None:
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    images = [line.split()[-1] for line in text.splitlines() if line.strip().startswith(("image:", "ARG BASE", "FROM"))]
    assert len(images) >= 4
    assert not any("." in image.split("/")[0].split(":")[0] for image in images if "/" in image)
