"""Runs the host worker in the foreground."""

from netboard.core import signing
from netboard.wiring.settings import Settings


def run(settings: Settings) -> int:
    """Work until SIGTERM; a task that is running is finished first. Returns the exit code."""
    from netboard.agent.celery import app

    queues = ",".join(signing.queue(settings.host, kind) for kind in ("operations", "probes"))
    worker = app.Worker(
        hostname=f"host-worker@{settings.host}",
        queues=queues,
        loglevel="WARNING",
        without_gossip=True,  # workers of different hosts must not know of each other
        without_mingle=True,
        without_heartbeat=True,
        pool="prefork",
        concurrency=1,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
