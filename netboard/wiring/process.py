"""What a process does about itself: ending with the one that started it, and its memory."""

import ctypes
import gc
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process as soon as the parent with this process id is dead, however it died.

    The kernel forgets this at every setuid, so call it afterwards, and in each forked child anew: it is not inherited.
    Linux only; elsewhere it does nothing.
    """
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def collect_rarely() -> None:
    """Have the garbage collector look seldom, and never at what stands already: call it once everything is imported.

    Facts, nodes and edges are tuples and dicts without cycles: reference counts free them. What a full collection
    looks through is every fact of a host, and in a cold start it was half of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
