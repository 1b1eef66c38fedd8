"""An observer as a process of its own inside a machine, and what a reader of its log sees.

machine: engine, kernel ── observer ──► Valkey ──► Reader      (and now and then a fresh observer, to compare)
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from netboard.agent.recheck import RecheckFile
from netboard.core import diff
from netboard.core.errors import BusUnavailable
from netboard.core.ports import Change, HostGraph, HostStatus
from netboard.wiring import build
from netboard.wiring.settings import Settings
from tests.lab.machine import Machine
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "h1"


class Observing:
    """Starts the observer and waits for its log. A context manager; the process is gone afterwards."""

    def __init__(self, machine: Machine, valkey: Valkey, data: Path, **settings: str) -> None:
        self.machine = machine
        self._data = data
        variables = {"docker": machine.url, "redis_url": valkey.url, "data": str(data), "host_id": HOST, **settings}
        self._environment = {
            **os.environ,
            **{f"NETBOARD_{name.upper()}": value for name, value in variables.items()},
            "PYTHONPATH": str(ROOT),
        }
        self._settings = Settings(redis_url=valkey.url)
        self.reader = build.log_reader(self._settings)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Observing":
        self._process = self._spawn("-m", "netboard.agent", "observer")
        try:
            wait_until(self.is_live, seconds=60, what="a log with both sources live")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The observer's own process id: nsenter waits for it as its parent."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0])

    def end(self, seconds: float = 30) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        os.kill(self.pid, signal.SIGTERM)
        return self._process.wait(seconds)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            for pid in (self.pid, self._process.pid):
                os.kill(pid, signal.SIGKILL)
            self._process.wait(30)
        self.reader.close()

    def status(self) -> HostStatus | None:
        try:
            return self.reader.status(HOST)
        except BusUnavailable:
            return None

    def source(self, name: str) -> tuple[str, str]:
        """State and code of a source, as the last heartbeat said."""
        status = self.status()
        return (status["sources"][name]["state"], status["sources"][name]["code"]) if status else ("", "")

    def is_live(self) -> bool:
        return self.source("kernel")[0] == self.source("engine")[0] == "live" and self.reader.graph(HOST) is not None

    def graph(self) -> HostGraph:
        """As a newcomer reads it now."""
        found = self.reader.graph(HOST)
        assert found is not None
        return found[1]

    def fresh(self) -> HostGraph:
        """What an observer that starts now finds, with the slots of the living one."""
        slots = self._data / "slots.json"
        slots.write_text(json.dumps({key: node["slot"] for key, node in self.graph().nodes.items()}))
        process = self._spawn("-m", "tests.agent.snapshot", str(slots), stdout=subprocess.PIPE)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        made = json.loads(output)
        return HostGraph(made["nodes"], made["edges"])

    def unlike_fresh(self) -> list[str]:
        """Ids of nodes and edges that the log has otherwise than a fresh observer, with both versions."""
        fresh, kept = self.fresh(), self.graph()
        return unlike(plain(kept), plain(fresh))

    def ask_to_compare(self) -> None:
        """As the host worker does when it is told `recheck`."""
        RecheckFile(self._data, HOST).ask()

    def changes(self, epoch: str, after: int) -> list[Change]:
        """The deltas in the log after this number."""
        return asyncio.run(_changes(self._settings, epoch, after))

    def _spawn(self, *words: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.machine.enter_command([sys.executable, *words]),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            env=self._environment,
            cwd=ROOT,
        )


async def _changes(settings: Settings, epoch: str, after: int) -> list[Change]:
    feed = build.log_feed(settings)
    try:
        entries = await feed.between(HOST, epoch, after, 10**9)
    finally:
        await feed.close()
    return [
        Change(
            {key: json.loads(raw) for part in (entry.own, entry.fleet) for key, raw in part.nodes.items()},
            {key: json.loads(raw) for part in (entry.own, entry.fleet) for key, raw in part.edges.items()},
            frozenset([*entry.own.removed_nodes, *entry.fleet.removed_nodes]),
            frozenset([*entry.own.removed_edges, *entry.fleet.removed_edges]),
        )
        for entry in entries
    ]


def applied(graph: HostGraph, changes: list[Change]) -> HostGraph:
    """The graph after these changes."""
    for change in changes:
        graph = diff.apply(graph, change)
    return graph


def plain(graph: HostGraph) -> HostGraph:
    """Without what two observers may rightly say differently: since when a source is live, and some of many pids."""
    nodes: dict[str, Any] = json.loads(json.dumps(graph.nodes))
    for node in nodes.values():
        for source in node["facts"].get("sources", {}).values():
            source.pop("since")
        if node["kind"] == "namespace":
            node["facts"]["pids"], node["facts"]["commands"] = [], []
    return HostGraph(nodes, json.loads(json.dumps(graph.edges)))


def unlike(one: HostGraph, other: HostGraph) -> list[str]:
    """Which objects differ, and how."""
    return [
        f"{key}: {mine.get(key)} != {theirs.get(key)}"
        for mine, theirs in ((one.nodes, other.nodes), (one.edges, other.edges))
        for key in sorted({*mine, *theirs})
        if mine.get(key) != theirs.get(key)
    ]
