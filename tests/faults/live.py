"""A real web process with browsers at it, for the faults of live delivery."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from netboard.setup.places import ROOT
from tests.support.stage import Stage


class Browser:
    """A client that keeps a graph as the page does, finds gaps, and comes back with its cursor."""

    def __init__(self, stage: Stage, token: str) -> None:
        self._url = f"ws://127.0.0.1:{stage.port}/ws/topology"
        self._token = token
        self.nodes: dict[str, Any] = {}
        self.cursor: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.connections = 0
        self.delays: list[float] = []

    async def run(self) -> None:
        """Until cancelled: connect, follow, and on any end come back after a random while."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                headers = {"Authorization": f"Bearer {self._token}"}
                async with connect(self._url, additional_headers=headers, max_size=None, open_timeout=60) as socket:
                    await self._follow(socket)
            await asyncio.sleep(random.uniform(0.2, 3.0))

    async def _follow(self, socket: ClientConnection) -> None:
        resume = {"resume": self.cursor} if self.cursor else {}
        await socket.send(json.dumps({"type": "hello", "scope": {"hosts": ["*"], "detail": "full"}, **resume}))
        self.connections += 1
        async for text in socket:
            if not self.take(json.loads(text)):
                return

    def take(self, frame: dict[str, Any]) -> bool:
        """Apply a frame; False if there is a gap before it."""
        self.kinds.append(frame["type"])
        if frame["type"] == "snapshot":
            self.nodes = {node["id"]: node for node in frame["nodes"]}
            self.cursor = frame["cursor"]
        elif frame["type"] == "delta":
            if self.cursor.get(frame["host"]) != {"epoch": frame["epoch"], "seq": frame["base"]}:
                return False
            for node_id in frame["remove"]["nodes"]:
                self.nodes.pop(node_id, None)
            self.nodes.update({node["id"]: node for node in frame["upsert"]["nodes"]})
            self.cursor[frame["host"]] = {"epoch": frame["epoch"], "seq": frame["seq"]}
            for node in frame["upsert"]["nodes"]:
                if "sent" in node["facts"]:
                    self.delays.append(time.time() - node["facts"]["sent"])
        return True


@contextlib.asynccontextmanager
async def browsers(stage: Stage, token: str, number: int) -> AsyncIterator[list[Browser]]:
    """So many browsers, all with a graph."""
    made = [Browser(stage, token) for _ in range(number)]
    tasks = [asyncio.create_task(each.run()) for each in made]
    try:
        await until(lambda: all(each.cursor for each in made), "all have a graph")
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Any], what: str, seconds: float = 120.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(0.05)


def token(stage: Stage) -> str:
    """A token of the stage's administrator."""
    made = subprocess.run(
        [sys.executable, "manage.py", "create_token", "ada"],
        cwd=ROOT, env=dict(stage.environment), check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return made.stdout.split()[-1]


def kill(stage: Stage) -> None:
    """kill -9 of the web process."""
    assert stage.process is not None
    os.kill(stage.process.pid, signal.SIGKILL)
    stage.process.wait()


def memory(stage: Stage) -> int:
    """The web process's own memory, in bytes."""
    assert stage.process is not None
    with open(f"/proc/{stage.process.pid}/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith(("Private_Dirty:", "Swap:")))


def held(stage: Stage, client_port: int) -> bool:
    """Whether the web process still holds its end of the connection with this client."""
    server = f"0100007F:{stage.port:04X}"
    client = f"0100007F:{client_port:04X}"
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table]
    return any(row[1] == server and row[2] == client and row[9] != "0" for row in rows)
