"""What other apps have run beside the recorder, each in a thread of its own: they register in `ready()`."""

import threading
from collections.abc import Callable
from typing import Protocol


class Companion(Protocol):
    """Works until told to stop; survives the bus and the database being away."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""


_makers: list[tuple[str, Callable[[], Companion]]] = []


def add(name: str, maker: Callable[[], Companion]) -> None:
    """Have this made and run in the recorder's process."""
    if all(known != name for known, _ in _makers):
        _makers.append((name, maker))


class Running:
    """All companions, as threads."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=maker().run, args=(self._stop,), name=name, daemon=True) for name, maker in _makers
        ]

    def start(self) -> None:
        """Start them."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Have them end after what they are doing, and wait for that."""
        self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
