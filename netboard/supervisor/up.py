"""`manage.py up`: the whole board on this machine, in the order in which its parts need each other."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
from collections.abc import Coroutine
from pathlib import Path

from netboard.setup import engine, machine
from netboard.setup.places import ROOT
from netboard.setup.say import Stop
from netboard.supervisor import owner as owners
from netboard.supervisor import programs, valkey
from netboard.supervisor.child import Child, Program
from netboard.supervisor.folder import Folder
from netboard.supervisor.output import Output
from netboard.supervisor.owner import Owner, Rights
from netboard.supervisor.ready import served
from netboard.wiring.settings import Settings, settings

_PATIENCE = 60.0
"""Seconds that each step of starting may take on a busy machine."""
_STOPPING = (("web",), ("control", "worker", "prober", "monitor", "observer", "demo"), ("recorder",), ("valkey",))
"""In which order processes are told to end."""


def up(any_port: bool = False) -> int:
    """Run until SIGINT or SIGTERM, then stop everything in order. Raises `Stop` where it cannot start.

    With `any_port` the system chooses one that is free.
    """
    options = settings()
    output = Output(options.log_format)
    path = options.data.absolute()
    listener = _listen(options.bind, 0 if any_port else options.port)
    owner = _owner(path, output)
    folder = Folder(path, owner)
    port = listener.getsockname()[1]
    _tell_what_lacks(options, output)
    board = Board(options, folder, output, owner, listener, port)
    try:
        return asyncio.run(board.run())
    finally:
        listener.close()
        folder.leave()


class Board:
    """All processes of one board."""

    def __init__(
        self,
        options: Settings,
        folder: Folder,
        output: Output,
        owner: Owner | None,
        listener: socket.socket,
        port: int,
    ) -> None:
        self._options = options
        self._folder = folder
        self._output = output
        self._owner = owner
        self._listener = listener
        self._port = port
        self._environment = programs.environment(os.environ, folder.path, port, owner)
        self._running: dict[str, tuple[Child, asyncio.Task[None]]] = {}

    async def run(self) -> int:
        """Start, wait for a signal, stop."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        signals = 0

        def on_signal() -> None:
            nonlocal signals
            signals += 1
            ended.set()
            if signals > 1:
                for child, _ in self._running.values():
                    child.kill()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, on_signal)
        start = asyncio.create_task(self._start())
        stop = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
            if start.done():
                await start
                await stop
            return 0
        finally:
            start.cancel()
            stop.cancel()
            await asyncio.gather(start, stop, return_exceptions=True)
            await self._stop()

    async def _start(self) -> None:
        """What browsers wait for comes first, the rest once it serves."""
        plan = programs.Plan(self._options, self._folder.path, self._owner, self._environment)
        if not self._options.redis_url:
            self._run(plan.valkey())
            await self._within(valkey.until_it_answers(self._folder.path / "valkey.sock"), "Valkey does not answer")
        self._run(*plan.observers())
        web = plan.web(self._listener.fileno())
        known = self._folder.is_prepared(self._options.database)
        if known:
            self._run(web)
        password = await self._prepare(plan)
        self._folder.note_prepared(self._options.database)
        if not known:
            self._run(web)
        bind = self._options.bind
        await self._within(served(bind, self._port, self._options.url), "The web process does not answer")
        self._folder.note_board(bind, self._port, self._options.url)
        self._announce(password)
        self._run(plan.recorder(), *plan.workers())

    def _run(self, *made: Program) -> None:
        for program in made:
            child = Child(program, self._output, ROOT, self._folder.note_process)
            self._running[program.name] = (child, asyncio.create_task(child.keep()))

    async def _stop(self) -> None:
        """The web process before the workers, what records their reports after them, the bus at the end."""
        if self._running:
            self._output.note("Stopping.")
        for stage in _STOPPING:
            stopping = [self._running.pop(name) for name in stage if name in self._running]
            await asyncio.gather(*(child.stop() for child, _ in stopping))
            for _, task in stopping:
                task.cancel()
            await asyncio.gather(*(task for _, task in stopping), return_exceptions=True)

    async def _prepare(self, plan: programs.Plan) -> str:
        """Bring the database up to date. Returns the first person's password where one was made now."""
        program = plan.prepare()
        process = await asyncio.create_subprocess_exec(
            *program.command,
            cwd=ROOT,
            env=dict(program.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            umask=0o077,
            **(program.owner.rights() if program.owner else Rights()),
        )
        try:
            said, complained = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        complaints = complained.decode("utf-8", "replace").strip().splitlines()
        if process.returncode:
            raise Stop(complaints[-1] if complaints else "The database cannot be prepared.")
        for line in complaints:
            self._output.line("prepare", line)
        words = said.decode().split()
        return words[-1] if words else ""

    async def _within(self, waiting: Coroutine[None, None, None], what: str) -> None:
        try:
            await asyncio.wait_for(waiting, _PATIENCE)
        except TimeoutError:
            raise Stop(f"{what} after {_PATIENCE:g} s; its lines above say why.") from None

    def _announce(self, password: str) -> None:
        name = f"[{self._options.bind}]" if ":" in self._options.bind else self._options.bind
        address = self._options.url or f"http://{name}:{self._port}"
        print(f"Board: {address}/", flush=True)
        if password:
            print(f"User: admin\nPassword: {password}", flush=True)


def _listen(bind: str, port: int) -> socket.socket:
    """The board's socket, opened with the supervisor's rights and kept open while the web process restarts."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server((bind, port), family=family, backlog=2048)
    except PermissionError:
        raise Stop(f"Port {port} needs root; choose one from 1024 on with --port.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"Port {port} on {bind} is taken by another program; stop it, or choose another with --port."
            ) from None
        raise Stop(f"Cannot listen on {bind} port {port}: {error.strerror}; see --bind.") from None


def _owner(folder: Path, output: Output) -> Owner | None:
    """Whom the processes become; None: nobody else, said where root is kept."""
    if os.geteuid() != 0:
        return None
    owner = owners.candidate(folder)
    problem = "there is no user nobody" if owner is None else owners.obstacle(owner, ROOT, folder)
    if not problem:
        return owner
    output.note(f"Every process keeps root: {problem}. Put netboard where that user can read it to change this.")
    return None


def _tell_what_lacks(options: Settings, output: Output) -> None:
    """Say what the picture will lack, and what to do about it. The board starts all the same and notices by itself."""
    if os.geteuid() != 0:
        output.note("Without root only the engine's side is shown: run with sudo to see namespaces and kernel devices.")
    if options.docker.startswith("unix://") and not engine.listens(options.docker):
        pieces = [piece for piece in machine.missing("up") if piece.name in ("dockerd", "iptables")]
        remedy = f"install it with {machine.apt_line(pieces)}" if pieces else "start it (systemctl start docker)"
        output.note(f"No Docker Engine answers at {options.docker}: {remedy}, or run this as root with --provision.")
