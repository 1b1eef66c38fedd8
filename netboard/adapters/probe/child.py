"""The short-lived process of one sweep: a job on standard input, lines of JSON on standard output.

It ends with its parent: the kernel kills it, and standard input that ends means the same as being told to stop. A
reader that is slow holds it up, but no longer than it may take in all.
"""

import contextlib
import json
import os
import select
import sys

from netboard.adapters.probe.engine import Job, Unfit, carry_out, total_of
from netboard.adapters.probe.native import die_with
from netboard.adapters.probe.tally import Answer


def main() -> None:
    """Do one job."""
    job: Job = json.loads(sys.stdin.buffer.readline())
    die_with(job["parent"])
    total = total_of(job)
    waiting = select.poll()
    waiting.register(0, select.POLLIN | select.POLLHUP)

    def tell(asked: int, answers: list[Answer]) -> None:
        _write({"asked": asked, "total": total, "answers": answers})

    try:
        _write({"end": carry_out(job, tell, lambda: bool(waiting.poll(0)))})
    except Unfit as unfit:
        _write({"error": unfit.code, "params": unfit.params})
    except OSError as error:
        _write({"error": "kernel_refuses", "params": {"kernel": os.strerror(error.errno or 0)}})


def _write(line: object) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
