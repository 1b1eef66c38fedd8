"""Which processes a board consists of: their commands, surroundings and rights."""

import sys
from collections.abc import Mapping
from pathlib import Path

from netboard.supervisor import valkey
from netboard.supervisor.child import Program
from netboard.supervisor.owner import Owner
from netboard.wiring.settings import Settings

_UNMOVED = ("-W", "ignore:You're running the worker with superuser", "-W", "ignore:The `websockets` implementation")
"""Warnings that say nothing new: that root is kept is told once, and which implementation serves sockets was chosen."""


def environment(given: Mapping[str, str], folder: Path, port: int, owner: Owner | None) -> dict[str, str]:
    """What every process finds in its environment: the settings as `up` understood them."""
    made = {**given, "NETBOARD_DATA": str(folder), "NETBOARD_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    made["DJANGO_SETTINGS_MODULE"] = "netboard.config.settings"
    if owner is not None:
        made["HOME"] = str(folder)
        made["USER"] = made["LOGNAME"] = owner.name
    return made


class Plan:
    """Makes the programs of one board."""

    def __init__(self, options: Settings, folder: Path, owner: Owner | None, environ: Mapping[str, str]) -> None:
        self._options = options
        self._folder = folder
        self._owner = owner
        self._environment = environ

    def valkey(self) -> Program:
        """The bus."""
        return self._dropped("valkey", *valkey.command(valkey.server(), self._folder))

    def observers(self) -> list[Program]:
        """What tells the board about hosts: this machine's observer, and a simulated fleet where one is wanted."""
        made = [self._agent("observer", "observer")]
        if self._options.demo:
            made.append(self._dropped("demo", sys.executable, "-m", "netboard.agent", "demo", self._options.demo))
        return made

    def workers(self) -> list[Program]:
        """What carries out work: this machine's host workers and monitor, and the control worker with the schedule."""
        agents = [self._agent(name, name) for name in ("worker", "prober", "monitor")]
        return [agents[0], self._django("control"), *agents[1:]]

    def recorder(self) -> Program:
        """What writes reports into the database."""
        return self._django("recorder")

    def web(self, listener: int) -> Program:
        """What serves browsers, on a socket that is already open."""
        return self._django("web", "--fd", str(listener), descriptors=(listener,))

    def prepare(self) -> Program:
        """What brings the database up to date; ends by itself."""
        return self._dropped("prepare", sys.executable, "-m", "netboard.supervisor.prepare")

    def _agent(self, name: str, *words: str) -> Program:
        """The agent keeps the rights of whoever started the board: it enters namespaces and speaks to the engine."""
        return Program(name, (sys.executable, "-m", "netboard.agent", *words), self._environment)

    def _django(self, *words: str, descriptors: tuple[int, ...] = ()) -> Program:
        command = (sys.executable, *_UNMOVED, "-m", "django", *words)
        return Program(words[0], command, self._environment, self._owner, descriptors)

    def _dropped(self, name: str, *command: str) -> Program:
        return Program(name, command, self._environment, self._owner)
