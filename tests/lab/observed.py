"""A machine watched by netboard from inside, as the tests ask it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from tests.lab.machine import Machine
from tests.support.wait import wait_until

ROOT: Final = str(Path(__file__).resolve().parents[2])


class Observed:
    """netboard's watchers and resolver in a process inside the machine. A context manager.

    `without` takes rights away (`sys_admin` …); then it is not waited for the sources to be live.
    """

    def __init__(
        self,
        machine: Machine,
        engine: bool = True,
        *,
        without: Sequence[str] = (),
        event_buffer: int = 0,
        scan_every: float = 0.5,
    ) -> None:
        lessen = ["setpriv", "--bounding-set", ",".join(f"-{right}" for right in without)] if without else []
        extra = {"LAB_SCAN_EVERY": str(scan_every)}
        if event_buffer:
            extra["LAB_EVENT_BUFFER"] = str(event_buffer)
        self._process = subprocess.Popen(
            machine.enter_command([*lessen, sys.executable, "-m", "tests.lab.inside", machine.url if engine else ""]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": ROOT, **extra},
            text=True,
        )
        self._wait = not without
        self._sources = {"kernel", "engine"} if engine else {"kernel"}

    def __enter__(self) -> "Observed":
        if not self._wait:
            return self
        wait_until(self._live, seconds=60, what="netboard's sources inside the machine to be live")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process inside."""
        if self._process.stdin is None or self._process.stdout is None:
            return
        if self._process.poll() is None:
            try:
                self._process.communicate('"quit"\n', timeout=30)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                self._process.kill()
        self._process.stdout.close()
        self._process.stdin.close()
        self._process.wait(30)

    def ask(self, question: str) -> Any:
        """What `tests.lab.inside` answers."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def graph(self) -> dict[str, list[dict[str, Any]]]:
        """Nodes and edges."""
        graph = self.ask("graph")
        assert not graph["broken"], graph["broken"]
        return cast(dict[str, list[dict[str, Any]]], graph)

    def facts(self) -> dict[str, Any]:
        """Namespaces, links and annexes as the kernel's watcher tells them."""
        return cast(dict[str, Any], self.ask("facts"))

    def link(self, name: str, inode: int | None = None) -> dict[str, Any]:
        """The one link of this name (in the namespace with this inode); an empty one where there is none."""
        facts = self.facts()
        keys = {one["key"] for one in facts["namespaces"] if inode is None or one["inode"] == inode}
        found = [one for one in facts["links"] if one["name"] == name and one["namespace"] in keys]
        assert len(found) < 2, found
        return found[0] if found else {}

    def differences(self) -> int:
        """Have everything compared with a fresh dump; how many differences that found."""
        before = self.ask("counts")
        self.ask("check")
        after = wait_until(
            lambda: (now := self.ask("counts"))["checks"] > before["checks"] and now, seconds=60, what="a comparison"
        )
        return int(after["differences"] - before["differences"])

    def _live(self) -> bool:
        sources = self.facts()["sources"]
        return all(sources.get(name, {}).get("state") == "live" for name in self._sources)
