#!/usr/bin/env python3
"""netboard's one entry point: sets itself up on a fresh machine, then runs a command; `help` lists them."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an old Python meets first
    sys.exit("netboard needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

from netboard.setup.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
