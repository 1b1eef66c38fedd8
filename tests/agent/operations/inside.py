"""The agent's side of operations, run inside a machine: takes jobs as lines of JSON, answers how each delivery ended.

`cut` names a report, `<step>:<state>`, `recorded` or `state:<state>`: instead of being sent it cuts the delivery off,
as a kill at that moment would. What was done until then stays done.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from netboard.agent.operations.delivery import Tools, carry_out
from netboard.agent.operations.verbs import verb_of
from netboard.core.errors import NetboardError
from netboard.core.operations import Report
from netboard.core.ports import ReportWriter
from netboard.wiring import build
from netboard.wiring.settings import Settings


class Cut(BaseException):
    """Nothing in the product catches it."""


class CuttingReports:
    """Passes everything on to the bus but the one report that cuts."""

    def __init__(self, bus: ReportWriter) -> None:
        self._bus = bus
        self.cut = ""

    def report(self, *reports: Report) -> None:
        """Send them, or cut here."""
        self._bus.report(*self._before_the_cut(reports))

    def renew(self, operation: str, token: int, seconds: float, *reports: Report) -> bool:
        """Send them, or cut here."""
        return self._bus.renew(operation, token, seconds, *self._before_the_cut(reports))

    def release(self, operation: str, token: int, ended: bool, *reports: Report) -> None:
        """Send them, or cut here."""
        self._bus.release(operation, token, ended, *self._before_the_cut(reports))

    def _before_the_cut(self, reports: Sequence[Report]) -> Sequence[Report]:
        place = next((i for i, report in enumerate(reports) if self.cut in _names(report)), None)
        if place is None:
            return reports
        if place:
            self._bus.report(*reports[:place])
        raise Cut

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)


def _names(report: Report) -> list[str]:
    names = [f"{report['step']['name']}:{report['step']['state']}"] if "step" in report else []
    return names + (["recorded"] if "recorded" in report else []) + [f"state:{report.get('state', '')}"]


def main() -> None:
    """argv: the engine's address, the bus's address."""
    settings = Settings(docker=sys.argv[1], redis_url=sys.argv[2], host_id="h1")
    reports = CuttingReports(build.report_writer(settings))
    tools = Tools("h1", build.engine_writer(settings), build.data_plane(settings), reports)
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any]
        reports.cut = asked["cut"]
        try:
            answer = {"state": carry_out(asked["job"], verb_of(asked["job"]), tools)}
        except Cut:
            answer = {"state": "cut"}
        except NetboardError as error:
            answer = {"state": "refused", "code": error.code}
        print(json.dumps(answer), flush=True)


main()
