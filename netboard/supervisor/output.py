"""One stream of log lines from many processes: prefixed text, or JSON with the process's name in it."""

import json
import sys
from typing import Literal

from netboard.core.clock import utc

LogFormat = Literal["text", "json"]
_WIDTH = 9


class Output:
    """Writes whole lines to standard error."""

    def __init__(self, log_format: LogFormat) -> None:
        self._json = log_format == "json"

    def line(self, process: str, text: str) -> None:
        """A line that a process wrote."""
        if not text.strip():
            return
        text = _with_name(process, text) if self._json else f"{process:<{_WIDTH}}| {text}"
        try:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        except (BrokenPipeError, ValueError):
            pass

    def note(self, text: str) -> None:
        """A line of the supervisor itself."""
        self.line("board", text)


def _with_name(process: str, text: str) -> str:
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        record = {"timestamp": utc(), "level": "info", "event": text}
    return json.dumps({"process": process, **record}, ensure_ascii=False)
