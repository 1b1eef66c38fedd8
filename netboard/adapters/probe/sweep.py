"""The sweep engine's door: one sweep, in a short-lived child process, told as it goes.

    sweep() ──job──► child (enters the namespace, opens sockets, comes home, sends, hears)
       tell ◄──lines──┘      stop ──► its standard input ends

Nothing of it stays behind: no thread, no descriptor, no process, whatever happens to either side.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from netboard.adapters.probe.tally import Answer, Method
from netboard.core.errors import KernelUnavailable

_ROOT: Final = str(Path(__file__).parents[3])
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from netboard.adapters.probe.child import main; main()"
_ASK_EVERY: Final = 0.25
_GRACE: Final = 5.0
"""Seconds beyond its time after which a child is killed."""
_CHUNK: Final = 1 << 16


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What one sweep asks."""

    cidr: str
    """The addresses to ask; of IPv6 known ones and who answers ff02::1."""
    known: tuple[tuple[str, str], ...] = ()
    """Addresses that are expected there, with their MACs (empty where nobody said)."""
    methods: tuple[Method, ...] = ()
    """Empty: as fits (ARP or NDP on attached networks, ICMP echo on routed ones)."""
    ports: tuple[int, ...] = ()
    """TCP ports that are tried besides."""
    pace: float = 30_000.0
    """Packets a second at most."""
    seconds: float = 120.0
    """How long it may take in all."""
    skip: int = 0
    """Addresses from the first that were asked before; known ones among them are asked again."""
    device: str = ""
    """The device to ask on; empty: as the namespace's routes say."""
    macvlan: tuple[str, str] | None = None
    """Ask from a scratch child of this parent device of the namespace, in this mode."""


class Told(NamedTuple):
    """How far a sweep is."""

    asked: int
    """Addresses of `total`, from the first, that were asked and had their time to answer."""
    total: int
    answers: list[Answer]
    """New or changed since the last; at the end one of every known silent address as well."""


def sweep(namespace: str, ask: Ask, tell: Callable[[Told], None], stop: Callable[[], bool]) -> str:
    """Sweep from the namespace behind a path (empty: the own one); returns when it is over.

    `tell` is called some ten times a second at most, `stop` asked four times a second, both from the calling thread.
    Returns an empty text, or why it ended early: `cancelled`, `out_of_time`, `namespace_gone`. Raises
    `KernelUnavailable` where the kernel refuses, or the child ended without a word (`probe_ended`).
    """
    job = {**msgspec.to_builtins(ask), "namespace": namespace, "parent": os.getpid()}
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
    with child:
        try:
            return _follow(child, json.dumps(job).encode() + b"\n", ask.seconds + _GRACE, tell, stop)
        finally:
            child.kill()


def _follow(
    child: "subprocess.Popen[bytes]",
    job: bytes,
    seconds: float,
    tell: Callable[[Told], None],
    stop: Callable[[], bool],
) -> str:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        while job:
            job = job[os.write(child.stdin.fileno(), job) :]
    except BrokenPipeError as error:
        raise _ended() from error
    until = time.monotonic() + seconds
    asked_at, stopping, rest = time.monotonic(), False, b""
    waiting = select.poll()
    waiting.register(child.stdout, select.POLLIN | select.POLLHUP)
    while True:
        if waiting.poll(int(_ASK_EVERY * 1000)):
            chunk = os.read(child.stdout.fileno(), _CHUNK)
            if not chunk:
                raise _ended()
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                end = _take(line, tell)
                if end is not None:
                    return end
        now = time.monotonic()
        if not stopping and now >= asked_at + _ASK_EVERY:
            asked_at = now
            if stop():
                stopping, until = True, min(until, now + _GRACE)
                child.stdin.close()
        if now >= until:
            return "cancelled" if stopping else "out_of_time"


def _take(line: bytes, tell: Callable[[Told], None]) -> str | None:
    """What one line says; the end's code where it is the last."""
    said: dict[str, Any] = msgspec.json.decode(line)
    if "error" in said:
        params = said["params"]
        raise KernelUnavailable(_words(said["error"], params), code=said["error"], params=params)
    if "end" in said:
        return str(said["end"])
    tell(Told(said["asked"], said["total"], said["answers"]))
    return None


def _words(code: str, params: dict[str, str]) -> str:
    if code == "device_absent":
        return f"There is no device {params['device']} in that namespace; choose another."
    return f"The kernel refuses the sweep: {params.get('kernel', code)}."


def _ended() -> KernelUnavailable:
    return KernelUnavailable("The process of the sweep ended without a word; sweep again.", code="probe_ended")
