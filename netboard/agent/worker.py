"""Runs the host worker in the foreground."""

import warnings

from celery.platforms import SecurityWarning
from celery.signals import setup_logging

from netboard.core import signing
from netboard.wiring.settings import Settings


def run(settings: Settings) -> int:
    """Work until SIGTERM; a task that is running is finished first. Returns the exit code."""
    from netboard.agent.celery import app

    # An agent is root by design: it changes networks. What the warning is about, pickled tasks, is not accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    setup_logging.connect(_keep_logging)
    worker = app.Worker(
        hostname=f"host-worker@{settings.host}",
        queues=",".join(signing.queue(settings.host, kind) for kind in ("operations", "probes")),
        without_gossip=True,  # workers of different hosts must not know of each other
        without_mingle=True,
        without_heartbeat=True,
        pool="prefork",
        concurrency=1,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _keep_logging(**_: object) -> None:
    """That somebody listens to this signal keeps Celery from setting up logging its own way."""
