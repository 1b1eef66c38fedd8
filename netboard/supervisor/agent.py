"""`manage.py agent`: an agent alone, as a production host runs it: the observer, the host workers and the monitor."""

import asyncio
import os
import signal
import sys

from netboard.setup.places import ROOT
from netboard.supervisor.child import Child, Program
from netboard.supervisor.output import Output
from netboard.wiring.settings import settings


def agent() -> int:
    """Run all of them until SIGINT or SIGTERM."""
    return asyncio.run(_agent())


async def _agent() -> int:
    output = Output(settings().log_format)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    surroundings = {**os.environ, "PYTHONUNBUFFERED": "1"}
    children = [
        Child(Program(name, (sys.executable, "-m", "netboard.agent", name), surroundings), output, ROOT, _unnoted)
        for name in ("observer", "worker", "prober", "monitor")
    ]
    tasks = [asyncio.create_task(child.keep()) for child in children]
    await ended.wait()
    await asyncio.gather(*(child.stop() for child in children))
    await asyncio.gather(*tasks)
    return 0


def _unnoted(_name: str, _pid: int | None) -> None:
    """There is no board's folder to note it in."""
