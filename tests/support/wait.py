"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 30.0, what: str = "", every: float = 0.05) -> T:
    """The first truthy value of `condition`; fails with `what` (and the last value) after so many seconds.

    An AssertionError inside the condition counts as "not yet" and is shown when time is up.
    """
    deadline = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            value = condition()
        except AssertionError as error:
            last = error
        else:
            if value:
                return value
            last = value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or condition} (last: {last!r})")
        time.sleep(every)
