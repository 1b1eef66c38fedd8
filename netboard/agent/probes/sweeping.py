"""One delivery of a sweep: it holds the lease, tells what is found while it runs, and ends in one state or leaves it
to the next delivery."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import structlog

from netboard.agent.probes import ground
from netboard.core.clock import utc
from netboard.core.errors import BusUnavailable, KernelUnavailable, NetboardError
from netboard.core.model import Container
from netboard.core.operations import Phrase
from netboard.core.probes import explain
from netboard.core.probes.explain import Device, Expected, Heard
from netboard.core.probes.model import Known, Result, SweepJob, SweepReport, SweepState
from netboard.core.probes.ports import EngineReader, ProbeWriter, Surroundings, SweepAsk, Sweeper, SweepTold

log = structlog.get_logger("netboard.agent")

ROWS: Final = 2_000
"""Rows of one report at most."""
LOOKED_INTO: Final = 64
"""Silent endpoints whose namespace is looked into, at most."""
_ENDS: Final[dict[str, SweepState]] = {"": "done", "cancelled": "cancelled"}


class Tools(NamedTuple):
    """What a sweep works with. `lease`: seconds that one lasts."""

    host: str
    engine: EngineReader
    kernel: Surroundings
    sweeper: Sweeper
    bus: ProbeWriter
    lease: float = 15.0


def carry_out(job: SweepJob, tools: Tools) -> SweepState | None:
    """Carry out one delivery. None: another one has it, or it is left to the next.

    Raises `BusUnavailable` where nothing can be told; the next delivery goes on after what was told last.
    """
    sweep, token, bus = job["sweep"], job["token"], tools.bus
    if not bus.take(sweep, token, tools.lease):
        return None
    state: SweepState | None = None
    try:
        state = _Delivery(job, tools).run()
    finally:
        with suppress(BusUnavailable):
            bus.release(sweep, token, state is not None)
    return state


class _Delivery:
    def __init__(self, job: SweepJob, tools: Tools) -> None:
        self._job = job
        self._tools = tools
        self._lost = False
        self._renewed = time.monotonic()
        self._expected: dict[str, Expected] = {}
        self._owners: dict[str, str] = {}
        self._gateways: Sequence[Known] = ()
        self._alive: set[str] = set()
        self._silent: dict[str, Heard] = {}
        self._asked = self._total = 0

    def run(self) -> SweepState | None:
        """Ask, tell, end."""
        job, tools = self._job, self._tools
        if tools.bus.cancelled(job["sweep"]):
            return self._end("cancelled")
        try:
            plan = ground.plan(job, tools.engine, tools.kernel)
            self._gateways = plan.gateways
            self._expect(plan.containers, plan.network)
            self._tell(state="running")
            ended = tools.sweeper.sweep(plan.namespace, self._ask(plan), self._take, self._stop)
            if self._lost:
                return None
            self._explain_silence(plan.network)
        except BusUnavailable:
            raise
        except NetboardError as error:
            return self._end("failed", {"code": error.code, "params": {k: str(v) for k, v in error.params.items()}})
        except Exception as error:
            log.exception("sweep.broke", sweep=job["sweep"])
            return self._end("failed", {"code": "agent_broke", "params": {"error": type(error).__name__}})
        if ended in _ENDS:
            return self._end(_ENDS[ended])
        return self._end("failed", {"code": ended, "params": {"seconds": job["limits"]["seconds"]}})

    def _ask(self, plan: ground.Plan) -> SweepAsk:
        job = self._job
        return SweepAsk(
            cidr=plan.cidr,
            known=tuple((address, each.known["mac"]) for address, each in self._expected.items()),
            methods=tuple(job["methods"]),
            ports=tuple(job["ports"]),
            pace=job["limits"]["pace"],
            seconds=job["limits"]["seconds"],
            skip=job["skip"],
            child=plan.child,
        )

    def _expect(self, containers: Sequence[Container], network: str) -> None:
        told = [*self._gateways, *self._job["known"]]
        self._expected = explain.expected_of(containers, network, told)
        self._owners = {
            endpoint.mac: container.name
            for container in containers
            for endpoint in container.endpoints
            if endpoint.mac and (not network or endpoint.network == network)
        }

    def _stop(self) -> bool:
        if self._lost:
            return True
        try:
            return self._tools.bus.cancelled(self._job["sweep"])
        except BusUnavailable:
            return False

    def _take(self, told: SweepTold) -> None:
        """Tell the board what is new; those who are silent are explained at the end."""
        self._asked, self._total = told.asked, told.total
        rows: list[Result] = []
        for heard in told.heard:
            if heard["alive"]:
                self._alive.add(heard["address"])
                self._silent.pop(heard["address"], None)
                rows.append(self._row(heard))
            elif heard["address"] in self._expected:
                self._silent[heard["address"]] = heard
        for start in range(0, max(1, len(rows)), ROWS):
            self._renew(rows[start : start + ROWS])

    def _row(self, heard: Heard) -> Result:
        return explain.row(heard, self._expected.get(heard["address"]), self._owners)

    def _renew(self, rows: list[Result]) -> None:
        job, tools = self._job, self._tools
        report = self._report()
        if rows:
            report["results"] = rows
        if not tools.bus.renew(job["sweep"], job["token"], tools.lease, report):
            self._lost = True

    def _explain_silence(self, network: str) -> None:
        """Who was silent is looked for once more, since it may have stopped, moved or gone meanwhile."""
        if not self._silent:
            return
        containers = self._tools.engine.containers()
        self._expect(containers, network)
        rows = []
        for number, (address, heard) in enumerate(sorted(self._silent.items())):
            expected = self._expected.get(address)
            if expected is not None and number < LOOKED_INTO:
                expected = self._looked_into(expected)
            if expected is not None:
                rows.append(explain.row(heard, expected, self._owners))
        for start in range(0, len(rows), ROWS):
            self._renew(rows[start : start + ROWS])

    def _looked_into(self, expected: Expected) -> Expected:
        """With its device as its namespace has it now."""
        known = expected.known
        if expected.state not in ("running", "paused") or not known["container"]:
            return expected
        try:
            container = self._tools.engine.container(known["container"])
            if container is None:
                return expected._replace(state="gone")
            if not container.pid:
                return expected._replace(state=container.state)
            inside = self._tools.kernel.inside(f"/proc/{container.pid}/ns/net")
        except (KernelUnavailable, OSError):
            return expected
        own = [each for each in inside if each.mac == known["mac"]] or [
            each for each in inside if any(one.split("/")[0] == known["address"] for one in each.addresses)
        ]
        has = any(one.split("/")[0] == known["address"] for each in own for one in each.addresses)
        return expected._replace(device=Device(any(each.up for each in own), has))

    def _end(self, state: SweepState, error: Phrase | None = None) -> SweepState:
        self._tell(state=state, error=error)
        return state

    def _tell(self, state: SweepState, error: Phrase | None = None) -> None:
        report = self._report()
        report["state"] = state
        if error is not None:
            report["error"] = error
        self._tools.bus.report(report)

    def _report(self) -> SweepReport:
        report = SweepReport(host=self._tools.host, sweep=self._job["sweep"], token=self._job["token"], at=utc())
        if self._total:
            report["asked"], report["total"], report["alive"] = self._asked, self._total, len(self._alive)
        return report
