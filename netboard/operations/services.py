"""What changes operations: submitting, cancelling, and taking in what agents report. Each in one transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from netboard.accounts.audit import Actor, record
from netboard.core.change import specs
from netboard.core.change.preview import Preview
from netboard.core.change.specs import ContainerRun, NetworkCreate, NetworkRecreate, Spec
from netboard.core.change.world import World
from netboard.core.errors import Conflict
from netboard.core.model import Json
from netboard.core.operations import STEPS, TERMINAL, Report, may_become
from netboard.operations import claims, planning, telling
from netboard.operations.models import Operation, State

log = structlog.get_logger(__name__)

SETTLED: Final = 60.0
"""Seconds after which no call of an overtaken delivery is on its way any more: longer than an agent's hard limit."""
TRIES: Final = 20
"""Plans that are made anew where somebody else was promised the same subnet first."""


TOLD: Final = ("state", "steps", "recorded", "error", "result", "changed", "ended", "due")
"""The columns that reports change."""


class Refused(Conflict):
    """A plan has findings that stop it. `preview` has them all."""

    code = "refused_by_plan"

    def __init__(self, preview: Preview) -> None:
        from netboard.operations.words import sentence

        found = [finding for finding in preview.findings if finding.severity == "refuse"]
        super().__init__(
            " ".join(sentence(finding.code, finding.params) for finding in found),
            code=found[0].code,
            params=dict(found[0].params),
        )
        self.preview = preview


def submit(actor: Actor, host: str, kind: str, values: Mapping[str, object], reason: str = "") -> Operation:
    """Plan it, promise it, write it down with its audit entry; the relay sends it.

    Raises `Refused` where the plan finds something in the way, and what planning raises.
    """
    spec = specs.parse(kind, values)
    with planning.turn:
        for attempt in range(TRIES):
            planned = planning.preview(host, kind, values)
            if planned.preview.refused:
                raise Refused(planned.preview)
            try:
                operation = _write(actor, host, kind, spec, planned, reason)
            except claims.Taken:
                if attempt == TRIES - 1 or _explicit(spec):
                    raise
                continue
            telling.wake()
            return operation
    raise AssertionError("the last attempt raises")


def _explicit(spec: Spec) -> bool:
    return not isinstance(spec, NetworkCreate) or bool(spec.subnet)


@transaction.atomic
def _write(actor: Actor, host: str, kind: str, spec: Spec, planned: "planning.Planned", reason: str) -> Operation:
    preview, world = planned.preview, planned.world
    claims.settle(planned.settled)
    operation = Operation(
        host=host,
        kind=kind,
        asked=specs.asked(spec),
        spec=specs.asked(preview.spec),
        subject=subject_of(preview, world),
        bound=preview.bound,
        findings=[asdict(finding) for finding in preview.findings],
        steps=[{"name": name, "state": "waiting", "detail": [], "at": ""} for name in STEPS[kind]],
        reason=reason[:500],
        person=actor.person,
        name=actor.name[:150],
    )
    bound = [node for node in map(world.ground.made, preview.bound.values()) if node is not None]
    before = {node["name"]: node["facts"] for node in bound}
    record(actor, f"operation.{kind}", operation.pk, host=host, spec=operation.spec, before=before, reason=reason)
    operation.save(force_insert=True)
    claims.take(operation, preview.claims)
    return operation


def subject_of(preview: Preview, world: World) -> str:
    """What the change is about, for people."""
    spec = preview.spec
    if isinstance(spec, NetworkCreate | ContainerRun):
        return spec.name[:200]
    names = []
    for role in ("container", "network"):
        node = world.ground.made(preview.bound.get(role, ""))
        names += [node["name"]] if node is not None else []
    if isinstance(spec, NetworkRecreate) and spec.changes.name not in names:
        names.append(spec.changes.name)
    return " → ".join(names)[:200]


def cancel(actor: Actor, operation_id: str) -> Operation:
    """Cancel an operation that no agent has begun; none will begin it afterwards.

    Raises `Conflict` where it is too late, and `BusUnavailable` where it was sent and nobody can tell whether it is.
    """
    for _ in range(TRIES):
        sent = Operation.objects.get(pk=operation_id)
        begun = sent.state != State.PLANNED
        if not begun and sent.token:
            begun = not telling.reports().bar(sent.pk, sent.token)
        if begun:
            break
        with transaction.atomic():
            operation = Operation.objects.select_for_update().get(pk=operation_id)
            if (operation.state, operation.token) == (State.PLANNED, sent.token):
                record(actor, "operation.cancel", operation.pk, host=operation.host)
                _end(operation, State.CANCELLED)
                operation.save()
                transaction.on_commit(partial(telling.progressed, operation))
                return operation
    raise Conflict(
        "It runs already or has ended, so it cannot be cancelled any more.",
        code="too_late",
        params={"state": sent.state},
    )


def take_in(reports: Iterable[Report]) -> list[Operation]:
    """Take in what agents report, in the caller's transaction; answers the operations that changed.

    A report with another token than the operation's, for another host, or after the end, is refused and logged.
    """
    told = list(reports)
    rows = Operation.objects.select_for_update().in_bulk({report["operation"] for report in told})
    changed: dict[str, Operation] = {}
    for report in told:
        operation = rows.get(report["operation"])
        if operation is None or not _fits(operation, report):
            log.warning("report.refused", operation=report["operation"], token=report["token"])
            if operation is not None and _tells_of_surplus(operation, report):
                operation.due = timezone.now()
                changed[operation.pk] = operation
            continue
        _apply(operation, report)
        changed[operation.pk] = operation
    for operation in changed.values():
        operation.save(update_fields=TOLD)
    return list(changed.values())


def tell(changed: Iterable[Operation]) -> None:
    """Tell open pages of these operations, once it is committed."""
    for operation in changed:
        telling.progressed(operation)


def _fits(operation: Operation, report: Report) -> bool:
    current = report["host"] == operation.host and report["token"] == operation.token and not operation.terminal
    return current and ("state" not in report or may_become(operation.state, report["state"]))  # type: ignore[arg-type]


def _tells_of_surplus(operation: Operation, report: Report) -> bool:
    """Whether a delivery that does not count any more tells that it made something, after the operation has ended."""
    made = {engine_id for role, engine_id in report.get("recorded", {}).items() if role in ("network", "container")}
    return operation.terminal and report["host"] == operation.host and not made <= set(operation.recorded.values())


def _apply(operation: Operation, report: Report) -> None:
    operation.changed = parse_datetime(report["at"]) or timezone.now()
    if "recorded" in report:
        operation.recorded = {**operation.recorded, **report["recorded"]}
    if "step" in report:
        step: dict[str, Any] = dict(report["step"])
        steps = [one for one in operation.steps if one["name"] != step["name"]]
        place = next((i for i, one in enumerate(operation.steps) if one["name"] == step["name"]), len(steps))
        operation.steps = [*steps[:place], step, *steps[place:]]
    if "error" in report:
        operation.error = report["error"]
    if "result" in report:
        operation.result = report["result"]
    if "state" in report:
        operation.state = report["state"]
        if report["state"] in TERMINAL:
            _end(operation, State(report["state"]))


def _end(operation: Operation, state: State) -> None:
    operation.state = state
    operation.ended = timezone.now()
    # After more than one delivery, a late call of an earlier one may still arrive at the engine: the relay looks once.
    operation.due = timezone.now() + timedelta(seconds=SETTLED) if operation.token > 1 else None
    operation.steps = [{**step, "state": "skipped"} if step["state"] == "waiting" else step for step in operation.steps]
    if state != State.DONE:
        claims.release(operation)


def fail(operation: Operation, code: str, *, begun: bool = True, **params: Json) -> None:
    """Give an operation up, for the relay alone. `begun`: even one that an agent has begun."""
    with transaction.atomic():
        row = Operation.objects.select_for_update().get(pk=operation.pk)
        if row.terminal or row.token != operation.token or (row.state != State.PLANNED and not begun):
            return
        row.error = {"code": code, "params": params}
        _end(row, State.FAILED)
        row.save()
    telling.progressed(row)


def next_delivery(operation: Operation, after: timedelta) -> Operation | None:
    """Count one more delivery; None where the operation has ended meanwhile. Its reports count from now on."""
    now = timezone.now()
    mine = Operation.objects.filter(pk=operation.pk, token=operation.token).exclude(state__in=TERMINAL)
    if not mine.update(token=operation.token + 1, changed=now, due=now + after):
        return None
    if operation.token:
        operation.refresh_from_db()  # an earlier delivery may have told of what it made
    else:
        operation.token, operation.changed, operation.due = 1, now, now + after
    return operation


def asked_text(spec: Spec) -> str:
    """A spec as one line of JSON, for the board's address."""
    return json.dumps(specs.asked(spec), separators=(",", ":"))
