"""The observer's loop with sources and a log of the test's own: what it does when either fails."""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from netboard.agent.observer import Observer
from netboard.agent.recheck import RecheckFile
from netboard.core.model import Annex, Container, FactsChange, Link, Namespace, Neighbour, Source
from netboard.core.ports import Tell
from netboard.wiring.settings import Settings
from tests.agent.memory import MemoryWriter
from tests.support.wait import wait_until

LIVE = Source("live", "2026-01-01T00:00:00.000Z")
HOST_NAMESPACE = "aaaaaa.1"


class Spoken:
    """A source that says what the test makes it say."""

    def __init__(self) -> None:
        self.checks = 0
        self.stopped = False
        self._tell: Tell | None = None

    def start(self, tell: Tell) -> None:
        self._tell = tell

    def say(self, change: FactsChange) -> None:
        wait_until(lambda: self._tell, what="the observer has started its sources")
        assert self._tell is not None
        self._tell(change)

    def check(self) -> None:
        self.checks += 1

    def stop(self) -> None:
        self.stopped = True


class Stage:
    """An observer between two sources and a log."""

    def __init__(self, data: Path) -> None:
        self.settings = Settings(host_id="h1", data=data, beat_every=0.05, gather=0.001)
        self.writer = MemoryWriter()
        self.engine, self.kernel = Spoken(), Spoken()
        self.observer = Observer(self.settings, self.writer, {"engine": self.engine, "kernel": self.kernel})
        self.thread = threading.Thread(target=self.observer.run)

    def both_speak(self) -> None:
        self.engine.say(FactsChange("engine", whole=True, state=LIVE, containers=_containers("one")))
        self.kernel.say(_kernel())
        wait_until(lambda: self.names() >= {"one", "lo"}, what="both sides are in the log")

    def names(self) -> set[str]:
        graph = self.writer.graph
        return {node["name"] for node in graph.nodes.values()} if graph else set()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.thread.start()
    try:
        yield made
    finally:
        made.observer.stop()
        made.thread.join(30)
    assert made.engine.stopped
    assert made.kernel.stopped


def test_one_side_is_published_when_the_other_is_missing(stage: Stage) -> None:
    """The observer does not wait for ever for a kernel that may not be read."""
    denied = Source("absent", LIVE.since, "kernel_denied", (("right", "CAP_SYS_ADMIN"),))
    stage.engine.say(FactsChange("engine", whole=True, state=LIVE, containers=_containers("one")))
    stage.kernel.say(FactsChange("kernel", whole=True, state=denied))
    wait_until(lambda: "one" in stage.names(), what="the engine's side")
    wait_until(lambda: stage.writer.reports, what="a heartbeat")
    status = stage.writer.reports[-1]
    assert status["sources"]["engine"]["state"] == "live"
    assert status["sources"]["kernel"]["code"] == "kernel_denied"
    assert status["sources"]["kernel"]["params"] == {"right": "CAP_SYS_ADMIN"}


def test_the_bus_away_loses_nothing(stage: Stage) -> None:
    """What happens meanwhile is in the new epoch."""
    stage.both_speak()
    epoch = stage.writer.position["epoch"]
    stage.writer.away = True
    stage.engine.say(FactsChange("engine", containers=_containers("two")))
    stage.engine.say(FactsChange("engine", containers={_id("one"): None}))
    stage.writer.lose()
    stage.writer.away = False
    wait_until(lambda: "two" in stage.names() and "one" not in stage.names(), what="a new epoch with all of it")
    assert stage.writer.position["epoch"] != epoch


def test_a_lost_log_is_begun_anew(stage: Stage) -> None:
    stage.both_speak()
    stage.kernel.say(FactsChange("kernel", annexes={HOST_NAMESPACE: _annex()}))
    wait_until(lambda: stage.writer.annexes, what="the annex")
    stage.writer.lose()
    stage.writer.annexes.clear()
    stage.engine.say(FactsChange("engine", containers=_containers("two")))
    wait_until(lambda: stage.names() >= {"one", "two", "lo"}, what="everything in a new epoch")
    wait_until(lambda: stage.writer.annexes.get(f"h1.n.{HOST_NAMESPACE}"), what="the annex again")


def test_what_only_a_check_found_is_counted(stage: Stage) -> None:
    stage.both_speak()
    stage.kernel.say(FactsChange("kernel", by_check=True))
    stage.engine.say(FactsChange("engine", by_check=True, containers=_containers("two", "three")))
    wait_until(lambda: stage.writer.reports[-1]["differences"] == 2, what="two differences counted")


def test_asked_to_compare_it_asks_both_sources(stage: Stage) -> None:
    stage.both_speak()
    RecheckFile(stage.settings.data, "h1").ask()
    wait_until(lambda: stage.engine.checks == stage.kernel.checks == 1, what="both were asked")
    wait_until(lambda: stage.writer.reports[-1]["checks"] == 1, what="it is counted")


def _containers(*names: str) -> Mapping[str, Container]:
    return {_id(name): Container(_id(name), name, "image", "running") for name in names}


def _id(name: str) -> str:
    return name.encode().hex().ljust(64, "0")


def _kernel() -> FactsChange:
    loopback = Link(HOST_NAMESPACE, 1, "lo", "loopback", "00:00:00:00:00:00", 65536, True, True, "unknown")
    return FactsChange(
        "kernel",
        whole=True,
        state=LIVE,
        boot="aaaaaa",
        namespaces={HOST_NAMESPACE: Namespace(HOST_NAMESPACE, 4026531840, is_host=True)},
        links={(HOST_NAMESPACE, 1): loopback},
    )


def _annex() -> Annex:
    return Annex(HOST_NAMESPACE, (Neighbour(1, "10.0.0.1", "02:00:00:00:00:01", "reachable"),))
