"""`python -m netboard.agent observer | worker | prober | monitor | demo [SIZE]`: one process of an agent, in front."""

import argparse
import signal
import sys
from collections.abc import Sequence

from netboard.core.errors import NetboardError
from netboard.core.ports import Watcher
from netboard.wiring import logs
from netboard.wiring.settings import Settings, settings


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m netboard.agent", description="One process of a host's agent.")
    which = parser.add_subparsers(dest="process", required=True)
    which.add_parser("observer", help="tell the board what the kernel and the engine of this host say")
    which.add_parser("worker", help="carry out the operations that the board tells this host")
    which.add_parser("prober", help="carry out the probes that the board tells this host")
    which.add_parser("monitor", help="measure on this host, on a schedule, what the board wants to know")
    demo = which.add_parser("demo", help="tell the board of a simulated fleet")
    demo.add_argument("size", nargs="?", default="", metavar="HOSTSxCONTAINERS")
    given = parser.parse_args(words)
    options = settings()
    logs.start(options.log_format)
    try:
        if given.process == "observer":
            return observe(options)
        if given.process in ("worker", "prober"):
            from netboard.agent import worker

            return worker.run(options, "operations" if given.process == "worker" else "probes")
        if given.process == "monitor":
            from netboard.agent.monitor import process

            return process.run(options)
        from netboard.agent import demo as demonstration

        return demonstration.run(options, given.size or options.demo or "3x12")
    except NetboardError as error:
        print(error, file=sys.stderr)
        return 1


def observe(options: Settings) -> int:
    """Run the observer until SIGTERM or SIGINT."""
    from netboard.agent.observer import Observer
    from netboard.wiring import build
    from netboard.wiring.process import collect_rarely

    writer = build.log_writer(options, options.host)
    watchers: dict[str, Watcher] = {"kernel": build.kernel_watcher(options), "engine": build.engine_watcher(options)}
    observer = Observer(options, writer, watchers)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: observer.stop())
    collect_rarely()
    try:
        observer.run()
    finally:
        writer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
