"""netboard's two watchers and its resolver, run inside a machine, answering questions over standard input and output.

One JSON text a line: `"graph"`, `"facts"`, `"check"`, `"counts"`, `"differs"`, `"threads"`, `"usage"`,
`"quit"`,
`"hold"` (nothing more is taken from the kernel's watcher until `"release"`).
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from netboard.adapters.kernel.netlink import EVENT_BUFFER
from netboard.adapters.kernel.watcher import KernelWatcher
from netboard.core import facts as facts_module
from netboard.core.model import Facts, FactsChange
from netboard.core.ports import Watcher
from netboard.core.resolve import Resolver
from netboard.wiring.build import engine_watcher
from netboard.wiring.settings import Settings

HOST = "lab"


class Inside:
    """Keeps facts and graph of the machine current."""

    def __init__(self, engine: str) -> None:
        scan_every = float(os.environ.get("LAB_SCAN_EVERY", "0.5"))
        settings = Settings(docker=engine or "unix:///nowhere", host_id=HOST)
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self.facts = Facts(host=HOST)
        self.resolver = Resolver(HOST, {})
        self.annexes: dict[str, Any] = {}
        self.broken = ""
        """The first error of the resolver."""
        self.counts = {"changes": 0, "whole": 0, "checks": 0, "differences": 0}
        buffer = int(os.environ.get("LAB_EVENT_BUFFER", EVENT_BUFFER))
        self.kernel = KernelWatcher(scan_every=scan_every, event_buffer=buffer)
        self.watchers: list[Watcher] = [self.kernel]
        if engine:
            self.watchers.append(engine_watcher(settings))

    def tell(self, change: FactsChange) -> None:
        """One change of facts, from any watcher."""
        self._open.wait()
        with self._lock:
            touched = facts_module.apply(self.facts, change)
            try:
                self.resolver.update(self.facts, touched)
            except Exception:
                self.broken = self.broken or traceback.format_exc()
            self.annexes.update(change.annexes)
            if change.source == "kernel":
                self.counts["changes"] += 1
                self.counts["whole"] += change.whole
                self.counts["checks"] += change.by_check
                self.counts["differences"] += (len(change.links) + len(change.namespaces)) * change.by_check

    def answer(self, question: str) -> Any:
        """What is asked for, as JSON."""
        if question in ("check", "hold", "release"):
            {"check": self.kernel.check, "hold": self._open.clear, "release": self._open.set}[question]()
            return True
        with self._lock:
            answers: dict[str, Callable[[], Any]] = {
                "graph": self._graph,
                "facts": self._facts,
                "counts": lambda: {**self.counts, "losses": self.kernel.losses},
                "differs": self._differs_from_fresh,
                "threads": self._whereabouts,
                "usage": self._usage,
            }
            return answers[question]()

    def _graph(self) -> Any:
        graph = self.resolver.graph()
        return {"broken": self.broken, "nodes": list(graph.nodes.values()), "edges": list(graph.edges.values())}

    def _facts(self) -> Any:
        return {
            "namespaces": [one._asdict() for one in self.facts.namespaces.values()],
            "links": [one._asdict() for one in self.facts.links.values()],
            "sources": {name: one._asdict() for name, one in self.facts.sources.items()},
            "annexes": {key: one and one._asdict() for key, one in self.annexes.items()},
        }

    def _differs_from_fresh(self) -> list[str]:
        """Ids whose node or edge differs from what a fresh resolver makes of the same facts."""
        fresh = Resolver(HOST, self.resolver.slots())
        fresh.update(self.facts, None)
        kept, anew = self.resolver.graph(), fresh.graph()
        return [
            name
            for one, other in ((kept.nodes, anew.nodes), (kept.edges, anew.edges))
            for name in one.keys() | other.keys()
            if one.get(name) != other.get(name)
        ]

    def _whereabouts(self) -> Any:
        """The network namespaces that this process's threads are in, and how many descriptors it has."""
        tasks = os.listdir("/proc/self/task")
        places = {os.readlink(f"/proc/self/task/{task}/ns/net") for task in tasks}
        return {"namespaces": sorted(places), "descriptors": len(os.listdir("/proc/self/fd"))}

    def _usage(self) -> Any:
        """Seconds of processor time so far, and resident megabytes."""
        with open("/proc/self/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        return {"seconds": time.process_time(), "megabytes": resident}


def main() -> None:
    """Watch until told to quit, or standard input ends."""
    inside = Inside(sys.argv[1] if len(sys.argv) > 1 else "")
    for watcher in inside.watchers:
        watcher.start(inside.tell)
    for line in sys.stdin:
        question = json.loads(line)
        if question == "quit":
            break
        print(json.dumps(inside.answer(question)), flush=True)
    for watcher in inside.watchers:
        watcher.stop()


if __name__ == "__main__":
    main()
