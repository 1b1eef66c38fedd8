"""A fresh observer's graph of the machine it runs in, as JSON: `python -m tests.agent.snapshot SLOTS_FILE`.

The slots are given, as those of a living log come from its history.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from netboard.agent.observer import Observer
from netboard.core.ports import Watcher
from netboard.wiring import build, logs
from netboard.wiring.settings import Settings
from tests.agent.memory import MemoryWriter
from tests.support.wait import wait_until

ALIVE = ("running", "paused")


def main() -> None:
    """Observe until everything is known, print, end."""
    settings = Settings()
    logs.start("text")
    writer = MemoryWriter(json.loads(Path(sys.argv[1]).read_text()))
    watchers: dict[str, Watcher] = {
        "kernel": build.kernel_watcher(settings),
        "engine": build.engine_watcher(settings),
    }
    observer = Observer(settings, writer, watchers)
    thread = threading.Thread(target=observer.run)
    thread.start()

    def is_complete() -> bool:
        graph = writer.graph
        if graph is None:
            return False
        sources: Any = graph.nodes[settings.host]["facts"]["sources"]
        containers = [node["facts"] for node in graph.nodes.values() if node["kind"] == "container"]
        return all(source["state"] == "live" for source in sources.values()) and all(
            facts["pid"] for facts in containers if facts["state"] in ALIVE
        )

    try:
        wait_until(is_complete, seconds=60, what="the whole graph")
    finally:
        observer.stop()
        thread.join()
    assert writer.graph is not None
    json.dump({"nodes": writer.graph.nodes, "edges": writer.graph.edges}, sys.stdout)


if __name__ == "__main__":
    main()
