"""The host workers as processes on a real broker: signed orders are carried out, others refused, nothing of Django.

somebody ─► queue h1.operations ─► worker          somebody ─► queue h1.probes ─► prober
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from netboard.core import signing
from netboard.wiring.settings import Settings
from tests.support.valkey import Valkey
from tests.support.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
KEY = "a key of this host alone"


class Worker:
    """One host worker of its own, and somebody who sends it orders."""

    def __init__(self, role: str, valkey: Valkey, data: Path) -> None:
        self.asked = data / "recheck.h1"
        self._role = role
        self._data = data
        self._settings = Settings(redis_url=valkey.url)
        self._environment = {
            **os.environ,
            "NETBOARD_REDIS_URL": valkey.url,
            "NETBOARD_DATA": str(data),
            "NETBOARD_HOST_ID": "h1",
            "NETBOARD_HOST_KEY": KEY,
            "NETBOARD_LOG_FORMAT": "json",
            "DJANGO_SETTINGS_MODULE": "netboard.config.settings",  # as where it runs beside a board
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._data / f"{self._role}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "netboard.agent", self._role],
                cwd=ROOT,
                env=self._environment,
                stderr=log,
                stdout=subprocess.DEVNULL,
            )

    def log(self) -> str:
        return (self._data / f"{self._role}.log").read_text()

    def send(self, envelope: object) -> None:
        kind = {"worker": "operations", "prober": "probes"}[self._role]
        with Celery("board", set_as_current=False, broker=self._settings.broker) as app:
            app.conf.update(
                broker_transport_options={"global_keyprefix": signing.key_prefix("h1", kind)}, task_ignore_result=True
            )
            app.send_task(signing.TASK, args=[envelope], queue=signing.queue("h1", kind))

    def order(self, verb: str) -> None:
        self.send(signing.sign(signing.order("h1", verb), KEY))

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(params=["worker", "prober"])
def worker(request: pytest.FixtureRequest, valkey: Valkey, tmp_path: Path) -> Iterator[Worker]:
    made = Worker(request.param, valkey, tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.process
def test_orders_signed_for_this_host_are_carried_out(worker: Worker, tmp_path: Path) -> None:
    """Refused ones before it do not keep it from the next."""
    worker.send(signing.sign(signing.order("h1", "recheck"), "another key"))
    worker.send({"order": 17})
    worker.send(signing.sign(signing.order("h2", "recheck"), KEY))
    worker.order("no such verb")
    wait_until(lambda: worker.log().count("order.refused") == 4, seconds=90, what="four refusals in the log")
    assert not worker.asked.exists()
    worker.order("recheck")
    wait_until(worker.asked.exists, seconds=90, what="the observer is asked to compare")
    assert not (tmp_path / "secret.key").exists()  # which Django's settings would have made
    assert worker.stop() == 0


@pytest.mark.process
@pytest.mark.parametrize(("stuck", "other"), [("prober", "worker"), ("worker", "prober")])
def test_neither_kind_of_work_waits_for_the_other(stuck: str, other: str, valkey: Valkey, tmp_path: Path) -> None:
    first, second = Worker(stuck, valkey, tmp_path), Worker(other, valkey, tmp_path)
    first.start()
    second.start()
    try:
        first.order("no such verb")
        wait_until(lambda: "order.refused" in first.log(), seconds=90, what=f"the {stuck} works")
        assert first.process is not None
        first.process.send_signal(signal.SIGSTOP)
        first.order("recheck")
        second.order("no such verb")
        wait_until(lambda: "order.refused" in second.log(), seconds=90, what=f"the {other} works")
        assert not first.asked.exists()
        first.process.send_signal(signal.SIGCONT)
        wait_until(first.asked.exists, seconds=90, what=f"the {stuck} goes on")
    finally:
        first.stop()
        second.stop()


def test_agents_import_neither_django_nor_a_database() -> None:
    """But for a helper of Django's that kombu imports wherever it is installed, to encode lazy texts."""
    program = (
        "import importlib, pkgutil, sys, netboard.agent\n"
        "for module in pkgutil.walk_packages(netboard.agent.__path__, 'netboard.agent.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "from netboard.adapters.bus import writer\n"
        "from netboard.adapters.engine import watcher\n"
        "from netboard.adapters.kernel import watcher\n"
        "unwanted = ('django.conf', 'django.apps', 'django.db', 'channels', 'psycopg', 'sqlite3')\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
