"""One process of the board: started without more rights than it needs, its lines passed on, restarted when it dies."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netboard.supervisor.output import Output
from netboard.supervisor.owner import Owner, Rights

_LAUNCH = Path(__file__).with_name("launch.py")
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_SETTLED = 30.0
"""Seconds a process has to live for its next restart to be quick again."""
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Program:
    """What to run. `owner` None: as whoever runs the supervisor."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    owner: Owner | None = None
    descriptors: tuple[int, ...] = ()
    """Descriptors that it inherits."""
    patience: float = 10.0
    """Seconds it gets to end by itself when told to."""
    quiet: frozenset[int] = field(default_factory=frozenset)
    """Exit codes after which it is not started again: there is nothing for it to do."""


class Child:
    """Keeps one program running until `stop`. `changed` is called with the process id (None: gone) at each turn."""

    def __init__(self, program: Program, output: Output, cwd: Path, changed: Callable[[str, int | None], None]) -> None:
        self.program = program
        self._output = output
        self._cwd = cwd
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def keep(self) -> None:
        """Start the program, and again with back-off whenever it ends by itself. Returns after `stop`."""
        delay = _FIRST_DELAY
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run()
            if self._stopping.is_set() or code in self.program.quiet:
                return
            if time.monotonic() - began >= _SETTLED:
                delay = _FIRST_DELAY
            self._output.note(f"{self.program.name} ended ({_how(code)}); starting it again in {delay:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    async def stop(self) -> None:
        """Ask the program to end, insist after its patience, and see that nothing of its session is left."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.program.patience)
        except TimeoutError:
            self._output.note(f"{self.program.name} did not end within {self.program.patience:g} s; it is killed.")
        _kill_session(process.pid)
        await process.wait()

    def kill(self) -> None:
        """End it and all of its session at once."""
        self._stopping.set()
        if self._process is not None:
            _kill_session(self._process.pid)

    async def _run(self) -> int:
        program = self.program
        rights = program.owner.rights() if program.owner else Rights()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", str(_LAUNCH), str(os.getpid()), *program.command),
                cwd=self._cwd,
                env=dict(program.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=program.descriptors,
                start_new_session=True,
                umask=0o077,
                **rights,
            )
        except OSError as error:
            self._output.note(f"{program.name} cannot be started: {error.strerror}.")
            return 1
        self._process = process
        self._changed(program.name, process.pid)
        try:
            if process.stdout is not None:
                await self._pass_on(process.stdout)
            return await process.wait()
        finally:
            _kill_session(process.pid)
            self._changed(program.name, None)
            self._process = None

    async def _pass_on(self, lines: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await lines.read(65536):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._output.line(self.program.name, line.decode("utf-8", "replace").rstrip("\r"))
            rest = rest[-_LONGEST_LINE:]
        self._output.line(self.program.name, rest.decode("utf-8", "replace"))


def _kill_session(leader: int) -> None:
    """End what is left of a process's group: pool children of a worker that was killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _how(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
