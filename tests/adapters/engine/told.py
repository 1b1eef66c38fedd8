"""An EngineWatcher under observation: what it told, put together."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from netboard.adapters.engine.watcher import EngineWatcher
from netboard.core import facts as core_facts
from netboard.core.model import Container, Facts, FactsChange, Network, Source
from tests.support.wait import wait_until


class Told:
    """Collects what one watcher tells; `facts` is the sum of it."""

    def __init__(self) -> None:
        self.changes: list[FactsChange] = []
        self.facts = Facts(host="h1")
        self._lock = threading.Lock()

    def tell(self, change: FactsChange) -> None:
        with self._lock:
            self.changes.append(change)
            core_facts.apply(self.facts, change)

    @property
    def source(self) -> Source:
        return self.facts.sources.get("engine", Source("absent"))

    @property
    def differences(self) -> list[FactsChange]:
        return [change for change in self.changes if change.by_check]

    def container(self, name: str) -> Container | None:
        with self._lock:
            return next((each for each in self.facts.containers.values() if each.name == name), None)

    def network(self, name: str) -> Network | None:
        with self._lock:
            return next((each for each in self.facts.networks.values() if each.name == name), None)

    def everything(self) -> tuple[dict[str, Container], dict[str, Network]]:
        with self._lock:
            return dict(self.facts.containers), dict(self.facts.networks)

    def is_detailed(self) -> bool:
        """Whether everything was told once, and each running container with its process."""
        containers, _ = self.everything()
        alive = [each for each in containers.values() if each.state in ("running", "paused")]
        return self.source.state == "live" and all(each.pid for each in alive)


@contextmanager
def watching(address: str, stale_after: float = 10.0, alone: bool = True) -> Iterator[tuple[EngineWatcher, Told]]:
    """A watcher of the engine behind `address`, until the block ends; if it is alone, no thread of any may stay."""
    told, watcher = Told(), EngineWatcher(address, stale_after=stale_after)
    watcher.start(told.tell)
    try:
        yield watcher, told
    finally:
        watcher.stop()
        wait_until(lambda: not (alone and engine_threads()), what="the watcher's threads have ended")


def engine_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("engine")]


def fresh(address: str) -> tuple[dict[str, Container], dict[str, Network]]:
    """What a watcher that starts now tells, with all details."""
    with watching(address, alone=False) as (_, told):
        wait_until(told.is_detailed, what="a fresh watcher told everything")
        return told.everything()


def wait_for_state(told: Told, state: str, code: str = "", seconds: float = 60) -> Source:
    """Wait until the source is in this state."""

    def reached() -> Source | None:
        return told.source if (told.source.state, told.source.code) == (state, code) else None

    condition: Callable[[], Source | None] = reached
    found = wait_until(condition, seconds=seconds, what=f"the engine is {state} {code}")
    assert found is not None
    return found
