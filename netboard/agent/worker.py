"""Runs one of the host workers in the foreground: the one for operations, or the one for probes."""

import warnings
from functools import partial

import structlog
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_ready

from netboard.agent.celery import Kind, make_app
from netboard.core import signing
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")


def run(settings: Settings, kind: Kind = "operations") -> int:
    """Work until SIGTERM; a task that is running is finished first. Returns the exit code."""
    # An agent is root by design: it changes networks. What the warning is about, pickled tasks, is not accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    setup_logging.connect(_keep_logging)
    if kind == "operations":
        from netboard.agent.operations import task

        task.prepare(settings)
    worker = make_app(settings, kind).Worker(
        hostname=f"{kind}@{settings.host}",
        queues=signing.queue(settings.host, kind),
        without_gossip=True,  # workers of different hosts must not know of each other
        without_mingle=True,
        without_heartbeat=True,
        pool="prefork",
        quiet=True,
    )
    worker_ready.connect(partial(_tell_ready, settings.host, kind), weak=False)
    worker.start()
    return int(worker.exitcode or 0)


def _tell_ready(host: str, kind: Kind, **_: object) -> None:
    log.info("worker.ready", host=host, kind=kind)


def _keep_logging(**_: object) -> None:
    """That somebody listens to this signal keeps Celery from setting up logging its own way."""
