"""Runs beside the recorder: takes in what agents tell of sweeps, each message once (the position is written with it).

A report with another token than the sweep's, for another host, or after its end, is refused and logged.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, Final

import structlog
from django.db import DataError, IntegrityError, close_old_connections, transaction
from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from netboard.core.errors import BusUnavailable
from netboard.core.probes.model import ENDED, Result, SweepReport
from netboard.core.probes.ports import ProbeReader, ProbeTold
from netboard.probes import services, telling
from netboard.probes.models import State, Sweep, SweepPosition, SweepResult
from netboard.probes.telling import reports

log = structlog.get_logger(__name__)

NONSENSE: Final = (DataError, IntegrityError, ValueError, TypeError, KeyError, AttributeError)
"""What taking in a report raises that no database can hold or that contradicts itself: trying again is of no use."""
COLUMNS: Final = ("address", "alive", "kind", "method", "rtt_us", "mac", "container", "name", "explanation", "more")
TOLD: Final = ("state", "asked", "total", "alive", "method", "error", "changed", "ended", "due", "known")
CHUNK: Final = 500
MOST: Final = 40
"""Messages that are taken in together: each may hold thousands of rows."""
PASSED: Final = 1000
"""Messages of monitors that are passed over before where it stands is written down."""


class Intake:
    """Takes in reports until told to stop; survives the bus and the database being away."""

    def __init__(self, bus: Callable[[], ProbeReader] = reports) -> None:
        self._bus = bus
        self._after: str | None = None
        self._passed = 0
        self._pending = telling.Pending()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pause = 0.2
        while not stop.is_set():
            try:
                self.tick(telling.PAUSE if self._pending else 1.0)
                pause = 0.2
            except (BusUnavailable, DatabaseError) as error:
                log.warning("sweep_reports.wait", reason=str(error))
                self._after = None
                stop.wait(pause)
                pause = min(2.0, pause * 2)
            except Exception:
                log.exception("sweep_reports.broke")
                self._after = None
                stop.wait(pause)
                pause = min(2.0, pause * 2)

    def tick(self, wait: float) -> int:
        """Take in what was told since; answers how many reports of sweeps."""
        close_old_connections()
        if self._after is None:
            row = SweepPosition.objects.first()
            self._after = row.position if row else "0"
        found = self._bus().reports(self._after, most=MOST, wait=wait)
        mine = [told for told in found if told.kind == "sweep"]
        if mine:
            try:
                self._take_in(mine, found[-1].position)
            except NONSENSE:
                for told in mine:
                    self._take_one(told)
        if found:
            self._after = found[-1].position
            self._passed = 0 if mine else self._passed + len(found)
            if self._passed > PASSED:  # others' messages: after a restart they are not read again
                _stand_at(self._after)
                self._passed = 0
        self._pending.flush()
        return len(mine)

    def _take_one(self, told: ProbeTold) -> None:
        """One of several cannot be taken in, however often it is tried: it is set aside, the others are taken in."""
        try:
            self._take_in([told], told.position)
        except NONSENSE as error:
            self._take_in([ProbeTold(told.position, told.kind, told.host, why=str(error))], told.position)

    def _take_in(self, found: list[ProbeTold], position: str) -> None:
        with transaction.atomic():
            changed = take_in([told.sweep for told in found if told.sweep is not None])
            _stand_at(position)
        for told in found:
            if told.sweep is None:
                self._bus().set_aside(told.position, told.why)
                log.error("sweep_report.set_aside", position=told.position, why=told.why)
        for sweep, results in changed:
            self._pending.add(sweep, results)
        if any(sweep.terminal for sweep, _ in changed):
            telling.ring()  # its host has room for the next one


def _stand_at(position: str) -> None:
    if not SweepPosition.objects.filter(pk=1).update(position=position):
        SweepPosition.objects.create(pk=1, position=position)


def take_in(told: Iterable[SweepReport]) -> list[tuple[Sweep, list[Result]]]:
    """Take in what agents report, in the caller's transaction; answers the sweeps that changed, with their new rows."""
    reports_ = list(told)
    rows = Sweep.objects.select_for_update().in_bulk({report["sweep"] for report in reports_})
    found: dict[str, list[Result]] = defaultdict(list)
    for report in reports_:
        sweep = rows.get(report["sweep"])
        if sweep is None or not _fits(sweep, report):
            log.warning("sweep_report.refused", sweep=report["sweep"], token=report["token"])
            continue
        found[sweep.pk] += _apply(sweep, report)
    for sweep_id, results in found.items():
        sweep = rows[sweep_id]
        sweep.save(update_fields=TOLD)
        _keep(sweep, results)
    return [(rows[sweep_id], results) for sweep_id, results in found.items()]


def _fits(sweep: Sweep, report: SweepReport) -> bool:
    return report["host"] == sweep.host and report["token"] == sweep.token and not sweep.terminal


def _apply(sweep: Sweep, report: SweepReport) -> list[Result]:
    sweep.changed = timezone.now() if not sweep.cancelling else sweep.changed
    sweep.total = max(0, report.get("total", sweep.total))
    sweep.asked = min(max(sweep.asked, report.get("asked", 0)), sweep.total)
    sweep.alive = max(0, report.get("alive", sweep.alive))
    sweep.method = report.get("method", sweep.method)[:16]
    state = report.get("state")
    if state in ENDED:
        services.end(sweep, State(state), _phrase(report))
        sweep.ended = parse_datetime(report["at"]) or sweep.ended
    elif state == "running":
        sweep.state = State.RUNNING
    return [result for result in report.get("results", ()) if result["alive"] or result["kind"] != "free"]


def _phrase(report: SweepReport) -> dict[str, Any] | None:
    error = report.get("error")
    return {"code": error["code"], "params": error["params"]} if error else None


def _keep(sweep: Sweep, results: list[Result]) -> None:
    latest = {place(result["address"]): result for result in results}
    rows = [row_of(sweep, where, result) for where, result in latest.items()]
    for start in range(0, len(rows), CHUNK):
        SweepResult.objects.bulk_create(
            rows[start : start + CHUNK],
            update_conflicts=True,
            unique_fields=["sweep", "place"],
            update_fields=list(COLUMNS),
        )


def place(address: str) -> str:
    """An address as a text that sorts as addresses do. Raises `ValueError`."""
    found = ip_address(address)
    return f"{found.version}{int(found):032x}"


def row_of(sweep: Sweep, where: str, result: Result) -> SweepResult:
    """One address as it is kept."""
    said: dict[str, Any] = {
        "macs": result["macs"] if len(result["macs"]) > 1 else [],
        "ports": result["ports"],
        "duplicates": result["duplicates"],
        "late": result["late"],
        "wrong_sender": result["wrong_sender"],
    }
    more = {name: value for name, value in said.items() if value}
    return SweepResult(
        sweep=sweep,
        address=result["address"],
        place=where,
        alive=result["alive"],
        kind=result["kind"],
        method=result["method"] or "",
        rtt_us=result["rtt_us"],
        mac=result["mac"][:17],
        container=result["container"][:64],
        name=result["name"].replace("\x00", "")[:300],
        explanation=result["explanation"],
        more=more,
    )
