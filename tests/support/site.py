"""A board in production's shape around one machine, each part a process of its own that can be killed:

web ── database          Valkey          observer ┐
 └──── recorder (relay, intake) ── queue ── workers ┴ in the machine, with its engine
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import requests

from tests.lab.machine import Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until
from tests.support.web import ROOT, Web

HOST: Final = "h1"
KEY: Final = "a key that only this host has got"
TERMINAL: Final = ("done", "failed", "rolled_back", "cancelled")
BUILTIN: Final = ("bridge", "host", "none")
ENROL: Final = f"""
import django; django.setup()
from netboard.hosts.models import Host
Host.objects.update_or_create(pk={HOST!r}, defaults={{"secret": {KEY!r}}})
"""


class Site:
    """Starts everything; `close` ends it. Processes by name: web, recorder, observer, worker0 …"""

    def __init__(self, machine: Machine, workers: int = 1, database: str = "", **settings: str) -> None:
        self.machine = machine
        self.valkey = Valkey()
        self.settings = {
            "NETBOARD_HOST_ID": HOST,
            "NETBOARD_DATABASE_URL": database,
            "NETBOARD_LEASE": "3",
            "NETBOARD_RESEND_AFTER": "2",
            "NETBOARD_SCAN_EVERY": "10",
            **settings,
        }
        self.engine_url = machine.url
        """What the workers are told; a gate may stand before the engine."""
        self.web = Web(self.valkey.url, **self.settings)
        self.data = Path(tempfile.mkdtemp(prefix="nb-agent-"))
        self._workers = workers
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> "Site":
        """Start all parts and wait until the board shows the host live."""
        self.valkey.start()
        self.web.start()
        self.web.run("-c", ENROL)
        self.start_recorder()
        self.start_observer()
        for number in range(self._workers):
            self.start_worker(number)
        wait_until(lambda: self.graph(), seconds=120, what="the host is on the board")
        return self

    def start_recorder(self) -> None:
        """Start the recorder, which has relay and intake beside it."""
        with (self.data / "recorder.log").open("ab") as log:
            self._processes["recorder"] = subprocess.Popen(
                [sys.executable, "-m", "django", "recorder"],
                env=self.web.environment,
                cwd=self.web.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def start_observer(self) -> None:
        """Start the observer inside the machine."""
        self._agent("observer", "observer", self.machine.url)

    def start_worker(self, number: int = 0) -> None:
        """Start one host worker for operations inside the machine."""
        self._agent(f"worker{number}", "worker", self.engine_url)

    def start_prober(self) -> None:
        """Start the host worker for probes inside the machine; not started by `start`."""
        self._agent("prober", "prober", self.engine_url)

    def start_monitor(self) -> None:
        """Start the monitor inside the machine; not started by `start`."""
        self._agent("monitor", "monitor", self.engine_url)

    def _agent(self, name: str, role: str, engine: str) -> None:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("NETBOARD_", "DJANGO_"))},
            **{key: value for key, value in self.settings.items() if "DATABASE" not in key},
            "NETBOARD_DATA": str(self.data),
            "NETBOARD_REDIS_URL": self.valkey.url,
            "NETBOARD_HOST_KEY": KEY,
            "NETBOARD_DOCKER": engine,
            "PYTHONPATH": str(ROOT),
        }
        inside = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "netboard.agent", role]
        with (self.data / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self.machine.enter_command(inside),
                cwd=self.data,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def log(self, name: str) -> str:
        """What a process wrote."""
        return (self.data / f"{name}.log").read_text(errors="replace")

    def pid(self, name: str) -> int:
        """Its process id; of an agent's, the one inside, not nsenter's."""
        if name == "web":
            assert self.web.process is not None
            return self.web.process.pid
        process = self._processes[name]
        if name == "recorder":
            return process.pid
        return wait_until(lambda: next(iter(children(process.pid)), 0), seconds=60, what=f"{name} runs")

    def pool_child(self, name: str = "worker0") -> int:
        """The process of a worker that carries out tasks."""
        return wait_until(lambda: next(iter(children(self.pid(name))), 0), seconds=60, what=f"{name} has its child")

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.web.process if name == "web" else self._processes.pop(name)
        assert process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
            os.kill(self.pid(name) if name == "web" else _innermost(process), signal.SIGKILL)
        process.wait(60)

    def pause(self, name: str) -> Callable[[], None]:
        """SIGSTOP of a worker with its child; what is returned lets them go on.

        nsenter stops together with the process that it waits for.
        """
        pids = (self.pool_child(name), self.pid(name), self._processes[name].pid)

        def go_on() -> None:
            for pid in reversed(pids):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

        for pid in pids[:2]:
            os.kill(pid, signal.SIGSTOP)
        return go_on

    def restart_web(self) -> None:
        """Serve again, on the same port and database."""
        self.web.serve()

    def mend(self) -> None:
        """Have everything run again that a test may have killed, and one worker only."""
        if self.valkey.process is None:
            self.valkey.start()
        for name in [name for name in self._processes if name.startswith("worker") and name != "worker0"]:
            self.kill(name)
        for name, start in (
            ("recorder", self.start_recorder),
            ("observer", self.start_observer),
            ("worker0", self.start_worker),
        ):
            process = self._processes.get(name)
            if process is None or process.poll() is not None:
                start()
        if self.web.process is None or self.web.process.poll() is not None:
            self.web.serve()

    def close(self) -> None:
        """End all of it and remove what it left."""
        for process in self._processes.values():
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
                    os.kill(_innermost(process), signal.SIGKILL)
                process.kill()
                process.wait(60)
        self.web.remove()
        self.valkey.remove()
        for file in self.data.iterdir():
            file.unlink()
        self.data.rmdir()

    def request(self, method: str, path: str, person: str = "otto", token: str = "", **how: Any) -> requests.Response:
        """What REST answers this person, whatever it is."""
        headers = {"Authorization": f"Bearer {token or self.web.tokens[person]}", **how.pop("headers", {})}
        return requests.request(method, f"{self.web.url}/api/v1/{path}", headers=headers, timeout=120, **how)

    def submit(self, kind: str, person: str = "otto", **spec: Any) -> dict[str, Any]:
        """Submit an operation, which has to be accepted."""
        answer = self.request("POST", "operations", person, json={"kind": kind, "host": HOST, "spec": spec})
        assert answer.status_code == 201, answer.text
        accepted: dict[str, Any] = answer.json()
        return accepted

    def refused(self, kind: str, person: str = "otto", **spec: Any) -> dict[str, Any]:
        """Submit an operation, which has to be refused; the problem."""
        answer = self.request("POST", "operations", person, json={"kind": kind, "host": HOST, "spec": spec})
        assert answer.status_code in (403, 404, 409, 422), answer.text
        problem: dict[str, Any] = answer.json()
        return problem

    def operation(self, operation: str) -> dict[str, Any]:
        """How it stands."""
        answer = self.request("GET", f"operations/{operation}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, operation: str, seconds: float = 120) -> dict[str, Any]:
        """Wait for its end."""
        return (
            wait_until(
                lambda: (found := self.operation(operation))["state"] in TERMINAL and found,
                seconds=seconds,
                what=f"operation {operation} ends",
            )
            or {}
        )

    def all_ended(self, operations: Sequence[str], seconds: float = 120) -> list[dict[str, Any]]:
        """Wait for the end of all, with one deadline."""
        deadline = time.monotonic() + seconds
        return [self.ended(each, max(1.0, deadline - time.monotonic())) for each in operations]

    def do(self, kind: str, **spec: Any) -> dict[str, Any]:
        """Submit it and wait until it is done."""
        found = self.ended(self.submit(kind, **spec)["id"])
        assert found["state"] == "done", json.dumps(found, indent=1)
        return found

    def graph(self) -> dict[str, Any]:
        """The host's graph over REST; empty where it is not there yet."""
        answer = self.request("GET", f"topology?host={HOST}")
        graph: dict[str, Any] = answer.json() if answer.ok else {}
        return graph if any(node["kind"] == "network" for node in graph.get("nodes", ())) else {}

    def on_board(self, name: str, kind: str = "network") -> dict[str, Any]:
        """Wait for a node of this name."""
        return (
            wait_until(
                lambda: next(
                    (n for n in self.graph().get("nodes", ()) if (n["kind"], n["name"]) == (kind, name)), None
                ),
                seconds=60,
                what=f"{kind} {name} on the board",
            )
            or {}
        )

    def made_networks(self) -> dict[str, str]:
        """The engine's networks, id to name, without those that every engine has."""
        return {n["Id"]: n["Name"] for n in self.machine.engine.networks() if n["Name"] not in BUILTIN}

    def check(self, accepted: Sequence[str], also: Sequence[str] = ()) -> None:
        """The one checker: what was accepted and done against the engine's networks, by recorded full id.

        lost: done, but not there · duplicated: one operation, several networks · unexpected: nobody's
        """
        ended = self.all_ended(accepted)
        assert [(one["subject"], one["state"], one["error"]) for one in ended if one["state"] != "done"] == []
        recorded = {one["result"]["network"] for one in ended}
        there = self.made_networks()
        assert len(recorded) == len(accepted), "two operations have one network"
        assert recorded - there.keys() == set(), "lost"
        assert sorted(name for one, name in there.items() if one not in recorded and name not in also) == [], (
            "unexpected"
        )

    def clear(self) -> None:
        """Remove every container and network, and wait until the board shows that."""
        engine = self.machine.engine
        for container in engine.containers(all=True):
            engine.remove_container(container["Id"], force=True)
        for network in self.made_networks():
            engine.remove_network(network)
        wait_until(
            lambda: (
                (g := self.graph())
                and not [n for n in g["nodes"] if n["kind"] == "container"]
                and not [n for n in g["nodes"] if n["kind"] == "network" and n["name"] not in BUILTIN]
            ),
            seconds=60,
            what="an empty board",
        )


def children(pid: int) -> list[int]:
    """Process ids of a process's children."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _innermost(process: subprocess.Popen[bytes]) -> int:
    return next(iter(children(process.pid)), process.pid) if process.args[0] == "nsenter" else process.pid  # type: ignore[index]


def new_name(prefix: str = "n") -> str:
    """A name that nothing had before: promises of ended operations may linger for some seconds."""
    return f"{prefix}-{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def site(machine: Machine) -> Iterator[Site]:
    """The site that tests share; each removes what it made."""
    made = Site(machine)
    try:
        yield made.start()
    finally:
        made.close()
