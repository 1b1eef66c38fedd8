"""One delivery of an order: it holds the lease, tells each step, and ends in one state or leaves it to the next."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from netboard.core.clock import utc
from netboard.core.errors import BusUnavailable, EngineUnavailable, NetboardError, Refused
from netboard.core.model import Json
from netboard.core.operations import Job, Phrase, Report, State, Step, StepState
from netboard.core.ports import DataPlane, EngineWriter, ReportWriter

_log = structlog.get_logger(__name__)


class Failed(Exception):
    """The operation cannot be done, or what was done does not hold: `phrase` says why."""

    def __init__(self, code: str, **params: Json) -> None:
        super().__init__(code)
        self.phrase: Phrase = {"code": code, "params": params}


class Overtaken(Exception):
    """A later delivery has the lease, or time is up: stop here, say nothing more."""


@dataclass(frozen=True)
class Tools:
    """What a verb works with. `lease`: seconds that one lasts; `patience`: seconds that a check waits for an answer."""

    host: str
    engine: EngineWriter
    kernel: DataPlane
    reports: ReportWriter
    lease: float = 15.0
    patience: float = 2.0


@dataclass
class StepLog:
    """What one step has to say."""

    detail: list[Phrase] = field(default_factory=list)
    state: StepState = "done"

    def say(self, code: str, **params: Json) -> None:
        """Note something that was done or seen."""
        self.detail.append({"code": code, "params": params})

    def warn(self, code: str, **params: Json) -> None:
        """Note something that people should know; the step is not failed by it."""
        self.say(code, **params)
        self.state = "warned"


class Delivery:
    """One delivery of one order. What it has to tell waits for the beginning of the next step, for an id to be recorded
    or for the end, and then goes out in one message that keeps the lease as well."""

    def __init__(self, job: Job, tools: Tools) -> None:
        self.job = job
        self.tools = tools
        self.recorded = dict(job["recorded"])
        self.result: dict[str, Json] = {}
        self.made = False
        """Something stands on the engine that this operation made: a failure has to undo it."""
        self._untold: list[Report] = []
        self._lost = threading.Event()
        self._deadline = time.monotonic() + job["limit"]

    @property
    def engine(self) -> EngineWriter:
        """The engine to change."""
        return self.tools.engine

    @property
    def kernel(self) -> DataPlane:
        """The kernel to ask."""
        return self.tools.kernel

    @contextmanager
    def step(self, name: str) -> Iterator[StepLog]:
        """Tell that a step runs, then how it went. Raises `Overtaken` before it begins where the lease is gone."""
        self.still_ours()
        told = StepLog()
        self._tell_step(name, "running", [])
        self._send()
        try:
            yield told
        except Failed as failure:
            self._tell_step(name, "failed", [*told.detail, failure.phrase])
            raise
        except NetboardError as error:
            self._tell_step(name, "failed", [*told.detail, phrase_of(error)])
            raise
        self._tell_step(name, told.state, told.detail)

    def record(self, role: str, engine_id: str) -> None:
        """Tell the recorder a full id at once, so that the next delivery finds it whatever happens here."""
        self.recorded[role] = engine_id
        self.tell(recorded=dict(self.recorded))
        self.tools.reports.report(*self._waiting())

    def enter(self, state: State) -> None:
        """Tell that the operation is in this state now."""
        self.tell(state=state)

    def still_ours(self) -> None:
        """Raises `Overtaken` where a later delivery has the lease or the time is up."""
        if self._lost.is_set() or time.monotonic() > self._deadline:
            raise Overtaken

    def tell(
        self,
        *,
        state: State | None = None,
        step: Step | None = None,
        recorded: dict[str, str] | None = None,
        error: Phrase | None = None,
        result: dict[str, Json] | None = None,
    ) -> None:
        """Note one report, to be sent soon."""
        report: Report = {
            "host": self.tools.host,
            "operation": self.job["operation"],
            "token": self.job["token"],
            "at": utc(),
        }
        if state is not None:
            report["state"] = state
        if step is not None:
            report["step"] = step
        if recorded is not None:
            report["recorded"] = recorded
        if error is not None:
            report["error"] = error
        if result is not None:
            report["result"] = result
        self._untold.append(report)

    def _send(self) -> None:
        """Tell what waits, and keep the lease. Raises `Overtaken` where that is gone."""
        if not self.tools.reports.renew(self.job["operation"], self.job["token"], self.tools.lease, *self._waiting()):
            raise Overtaken

    def _waiting(self) -> list[Report]:
        waiting, self._untold = self._untold, []
        return waiting

    def end(self, state: State | None) -> None:
        """Tell what waits and give the lease back; None: the next delivery goes on. Raises `BusUnavailable`."""
        self.tools.reports.release(self.job["operation"], self.job["token"], state is not None, *self._waiting())

    def silence(self) -> None:
        """Tell nothing of what waits to be told."""
        self._untold.clear()

    def leave(self) -> None:
        """Give the lease back and say nothing more."""
        self.silence()
        with suppress(BusUnavailable):
            self.end(None)

    def _tell_step(self, name: str, state: StepState, detail: list[Phrase]) -> None:
        self.tell(step={"name": name, "state": state, "detail": detail, "at": utc()})

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Keep the lease while the body runs."""
        ended = threading.Event()

        def renew() -> None:
            operation, token, lease = self.job["operation"], self.job["token"], self.tools.lease
            while not ended.wait(lease / 3):
                try:
                    if not self.tools.reports.renew(operation, token, lease):
                        self._lost.set()
                        return
                except BusUnavailable:
                    continue  # it may come back before the lease ends; if not, a later delivery finds what was made

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(10)


class Verb(Protocol):
    """What one kind of operation does. May be called again for the same order after being cut off anywhere."""

    def perform(self, delivery: Delivery) -> None:
        """Bring it about, in steps. Sets `delivery.made` before anything is made that a failure must undo."""

    def verify(self, delivery: Delivery) -> None:
        """Look whether it holds, in the step `verify`. Raises `Failed`."""

    def undo(self, delivery: Delivery) -> None:
        """Take back what was made."""


def carry_out(job: Job, verb: Verb, tools: Tools) -> State | None:
    """Carry out one delivery. None: another delivery has it, or it is left to the next one.

    Raises `BusUnavailable` where nothing can be told; the next delivery goes on from what is on the engine.
    """
    delivery = Delivery(job, tools)
    if not tools.reports.take(job["operation"], job["token"], tools.lease):
        return None
    try:
        with delivery.renewing():
            state = _run(delivery, verb)
    except BaseException:
        delivery.leave()
        raise
    delivery.end(state)
    return state


def _run(delivery: Delivery, verb: Verb) -> State | None:
    try:
        delivery.enter("running")
        verb.perform(delivery)
        delivery.enter("verifying")
        verb.verify(delivery)
    except Overtaken:
        delivery.silence()
        return None
    except EngineUnavailable as error:
        # Whether it was done cannot be known now. The next delivery looks.
        _log.warning("operation.left_open", operation=delivery.job["operation"], code=error.code)
        return None
    except (Failed, NetboardError) as failure:
        if isinstance(failure, BusUnavailable):
            raise
        return _undone(delivery, verb, failure.phrase if isinstance(failure, Failed) else phrase_of(failure))
    except Exception as error:
        _log.exception("operation.broke", operation=delivery.job["operation"])
        return _undone(delivery, verb, {"code": "agent_broke", "params": {"error": type(error).__name__}})
    made: dict[str, Json] = {
        role: delivery.recorded[role] for role in ("network", "container") if role in delivery.recorded
    }
    delivery.tell(state="done", recorded=dict(delivery.recorded), result={**delivery.result, **made})
    return "done"


def _undone(delivery: Delivery, verb: Verb, why: Phrase) -> State | None:
    if not delivery.made:
        delivery.tell(state="failed", error=why)
        return "failed"
    try:
        with delivery.step("undo") as told:
            verb.undo(delivery)
            told.say("undone")
    except (Overtaken, EngineUnavailable):
        return None
    except (Failed, Refused, NetboardError) as error:
        if isinstance(error, BusUnavailable):
            raise
        delivery.tell(state="failed", error=why)
        return "failed"
    delivery.tell(state="rolled_back", recorded=dict(delivery.recorded), error=why)
    return "rolled_back"


def phrase_of(error: NetboardError) -> Phrase:
    """An error of ours as a phrase that travels."""
    return {"code": error.code, "params": {name: str(value) for name, value in error.params.items()}}
