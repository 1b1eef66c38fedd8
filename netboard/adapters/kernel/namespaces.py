"""Entering network namespaces: only ever in a thread of its own, which afterwards looks where it is.

`setns` moves one thread. A `Visitor` owns that thread; nobody else in the process ever leaves home.
"""

import ctypes
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, TypeVar

CLONE_NEWNET: Final = 0x40000000
OWN_NAMESPACE: Final = "/proc/thread-self/ns/net"

T = TypeVar("T")
_libc = ctypes.CDLL(None, use_errno=True)


def enter(descriptor: int) -> None:
    """Move the calling thread into the network namespace behind an open descriptor. Raises OSError."""
    if _libc.setns(descriptor, CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def leave_for_new() -> None:
    """Move the calling thread into a network namespace of its own, made now. Raises OSError."""
    if _libc.unshare(CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def whereabouts() -> tuple[int, int]:
    """Device and inode of the network namespace that the calling thread is in."""
    status = os.stat(OWN_NAMESPACE)
    return status.st_dev, status.st_ino


class Visitor:
    """One thread that enters network namespaces, looks, and comes home.

    Every method may be called from any thread. A thread that did not come home is given up, with an error.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._home = os.open(OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
        self._where = whereabouts()
        self._thread = threading.Thread(target=self._work, name="namespace-visitor", daemon=True)
        self._thread.start()

    @property
    def home(self) -> int:
        """A descriptor of the namespace that the visitor comes from; the visitor closes it."""
        return self._home

    def spent(self) -> float:
        """Seconds of processor time that the visitor's thread has used so far."""
        ident = self._thread.ident
        return 0.0 if ident is None else time.clock_gettime(time.pthread_getcpuclockid(ident))

    def each(self, descriptors: Sequence[int], look: Callable[[int], T]) -> list[T | OSError]:
        """What `look` returned in each of these namespaces, given its place in the sequence.

        An OSError of one namespace (it vanished, it may not be entered) stands in its place; other errors are raised.
        """
        future: Future[list[T | OSError]] = Future()

        def job() -> None:
            try:
                found = self._look_into_each(descriptors, look)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(found)

        self._jobs.put(job)
        return future.result()

    def inside(self, descriptor: int, look: Callable[[], T]) -> T:
        """What `look` returned in this one namespace. Raises what it raised."""
        (found,) = self.each([descriptor], lambda _: look())
        if isinstance(found, OSError):
            raise found
        return found

    def close(self) -> None:
        """End the thread and close the descriptor of home."""
        self._jobs.put(None)
        self._thread.join(5)
        os.close(self._home)

    def _look_into_each(self, descriptors: Sequence[int], look: Callable[[int], T]) -> list[T | OSError]:
        found: list[T | OSError] = []
        try:
            for place, descriptor in enumerate(descriptors):
                try:
                    enter(descriptor)
                    found.append(look(place))
                except OSError as error:
                    found.append(error)
        finally:
            self._come_home()
        return found

    def _come_home(self) -> None:
        enter(self._home)
        if whereabouts() != self._where:
            raise RuntimeError("the visitor's thread is not back in its own network namespace")

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            if whereabouts() != self._where:
                return
