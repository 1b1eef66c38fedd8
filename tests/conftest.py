"""What every test shares: fixtures of the real things, and what becomes of tests whose pieces the machine lacks."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from netboard.setup import machine

pytest_plugins = [
    name
    for name in (
        "tests.support.valkey",
        "tests.support.web",
        "tests.support.board",
        "tests.support.browser",
        "tests.support.machine",
        "tests.support.site",
    )
    if find_spec(name) is not None
]

_PURE = Path(__file__).parent / "core"
"""Tests of nothing but netboard. All others depend on daemons, a kernel or a browser as well, and get another try."""

_PIECES: dict[str, tuple[str, ...]] = {
    "engine": ("dockerd", "iptables", "ip", "busybox (static)"),
    "kernel": ("ip",),
    "browser": ("chromium",),
}
_ROOT = ("engine", "kernel")


def lacking(mark: str, is_there: Callable[[str], bool]) -> list[str]:
    """What a test with this mark needs and the machine does not have."""
    names = [name for name in _PIECES.get(mark, ()) if not is_there(name)]
    return names + (["root"] if mark in _ROOT and os.geteuid() != 0 else [])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run, saying why; with CI set that is an error instead."""
    there = {piece.name: piece.there() for piece in machine.PIECES}
    missing = {mark: lacking(mark, lambda name: there[name]) for mark in (*_PIECES, "process")}
    absent: set[str] = set()
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if _PURE not in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2))
        names = sorted({name for mark in marks for name in missing.get(mark, ())})
        if names:
            absent.update(names)
            item.add_marker(pytest.mark.skip(reason=f"this machine lacks {', '.join(names)}"))
    if absent and os.environ.get("CI"):
        raise pytest.UsageError(
            f"With CI set every test has to run, but this machine lacks {', '.join(sorted(absent))}."
        )
