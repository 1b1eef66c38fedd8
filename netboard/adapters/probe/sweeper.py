"""The sweep engine as whoever carries out sweeps wants it."""

from collections.abc import Callable

from netboard.adapters.probe.sweep import Ask, Told, sweep
from netboard.core.probes.ports import SweepAsk, SweepTold


class ProcessSweeper:
    """Fulfils `core.probes.ports.Sweeper`, each pass in a child process of its own."""

    def sweep(self, namespace: str, ask: SweepAsk, tell: Callable[[SweepTold], None], stop: Callable[[], bool]) -> str:
        """One pass from inside the namespace behind a path. Raises `KernelUnavailable`."""

        def told(what: Told) -> None:
            tell(SweepTold(what.asked, what.total, what.answers))

        asked = Ask(
            cidr=ask.cidr,
            known=ask.known,
            methods=ask.methods,
            ports=ask.ports,
            pace=ask.pace,
            seconds=ask.seconds,
            skip=ask.skip,
            macvlan=(ask.child.parent, ask.child.mode) if ask.child else None,
        )
        return sweep(namespace, asked, told, stop)
