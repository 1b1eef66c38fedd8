"""`manage.py control`: the control worker with the schedule."""

from typing import Any

from django.core.management.base import BaseCommand

from netboard.config.celery import app
from netboard.wiring.settings import settings


class Command(BaseCommand):
    """Works on the queue `control` in one child process, with Celery beat beside it, until SIGINT or SIGTERM."""

    help = "Run the control worker: housekeeping and schedules."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the worker in the foreground."""
        settings().data.mkdir(parents=True, exist_ok=True)
        app.worker_main(
            [
                "--quiet",
                "worker",
                "--queues=control",
                "--concurrency=1",
                "--beat",
                f"--schedule={settings().data.absolute() / 'schedule'}",
                "--hostname=control@%h",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ]
        )
