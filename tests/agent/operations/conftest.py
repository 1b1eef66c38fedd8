"""An agent inside the machine that is given jobs one by one.

test ── job ──► agent (in the machine) ──► engine, kernel
  ▲               │
  └── Valkey ◄── reports
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from netboard.core.operations import Report
from netboard.setup.places import ROOT
from netboard.wiring import build
from netboard.wiring.settings import Settings
from tests.lab.machine import Machine
from tests.support.valkey import Valkey


@dataclass
class Told:
    """What one delivery told, and how it ended: a state, `cut`, `refused`, or None where it was left to the next."""

    ended: str | None
    code: str = ""
    reports: list[Report] = field(default_factory=list)

    @property
    def recorded(self) -> dict[str, str]:
        """What the recorder would keep."""
        return {role: made for report in self.reports for role, made in report.get("recorded", {}).items()}

    @property
    def phrases(self) -> list[str]:
        """Codes of everything that steps said."""
        return [phrase["code"] for report in self.reports if "step" in report for phrase in report["step"]["detail"]]

    @property
    def error(self) -> dict[str, Any]:
        """Why it failed."""
        return next((dict(report["error"]) for report in self.reports if "error" in report), {})

    @property
    def result(self) -> dict[str, Any]:
        """What a done one tells at the end."""
        return next((report["result"] for report in self.reports if "result" in report), {})


class Agent:
    """Gives jobs to the process inside and reads what it told."""

    def __init__(self, machine: Machine, valkey: Valkey) -> None:
        self.machine = machine
        self._reader = build.report_reader(Settings(redis_url=valkey.url))
        self._position = "0"
        self._process = subprocess.Popen(
            machine.enter_command([sys.executable, "-m", "tests.agent.operations.inside", machine.url, valkey.url]),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def deliver(
        self,
        kind: str,
        operation: str = "",
        *,
        token: int = 1,
        recorded: dict[str, str] | None = None,
        cut: str = "",
        **spec: Any,
    ) -> Told:
        """One delivery, as the relay would send it."""
        operation = operation or secrets.token_hex(10)
        job = {
            "operation": operation,
            "token": token,
            "kind": kind,
            "spec": spec,
            "labels": {"netboard.operation": operation, "netboard.owner": "ada"},
            "recorded": recorded or {},
            "limit": 120.0,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"job": job, "cut": cut}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Told(answer["state"], answer.get("code", ""), self._reports())

    def _reports(self) -> list[Report]:
        found = self._reader.reports(self._position)
        if found:
            self._position = found[-1].position
        assert all(one.report is not None for one in found), found
        return [one.report for one in found if one.report is not None]

    def network(self, name: str) -> dict[str, Any]:
        """`docker network inspect` of the one network of this name."""
        [found] = [one for one in self.machine.engine.networks(names=[name]) if one["Name"] == name]
        inspected: dict[str, Any] = self.machine.engine.inspect_network(found["Id"])
        return inspected

    def networks(self) -> set[str]:
        """Names of all networks that were made."""
        return {one["Name"] for one in self.machine.engine.networks()} - {"bridge", "host", "none"}

    def clear(self) -> None:
        """Remove all containers and networks of the machine."""
        for container in self.machine.engine.containers(all=True):
            self.machine.engine.remove_container(container["Id"], force=True)
        for network in self.machine.engine.networks():
            if network["Name"] not in ("bridge", "host", "none"):
                self.machine.engine.remove_network(network["Id"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()
        self._reader.close()


@pytest.fixture(scope="package")
def _agent(machine: Machine, _shared_valkey: Valkey) -> Iterator[Agent]:
    made = Agent(machine, _shared_valkey)
    machine.run(["ip", "link", "delete", "sub0"], check=False)  # of another package on the same machine
    machine.ip("link add sub0 type veth peer name sub1")
    machine.ip("addr add 192.168.68.1/24 dev sub1")
    machine.ip("link set sub0 up")
    machine.ip("link set sub1 up")
    try:
        yield made
    finally:
        made.close()
        machine.run(["ip", "link", "delete", "sub0"], check=False)


@pytest.fixture
def agent(_agent: Agent) -> Iterator[Agent]:
    """The agent on an empty engine; what the test made is removed after it. `sub0` is a parent, .58.1 is behind it."""
    try:
        yield _agent
    finally:
        _agent.clear()
