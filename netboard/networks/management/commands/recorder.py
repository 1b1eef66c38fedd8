"""`recorder`: writes what happens into the database, in the foreground."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from netboard.networks.companions import Running
from netboard.networks.recorder import Recorder
from netboard.wiring import build


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Records what the observers report, in the foreground."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the recorder."""
        asyncio.run(_run())


async def _run() -> None:
    recorder = Recorder(lambda: build.log_feed(settings.NETBOARD), settings.NETBOARD.event_days)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, recorder.stop)
    beside = Running()
    beside.start()
    try:
        await recorder.run()
    finally:
        beside.stop()
