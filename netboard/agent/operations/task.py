"""The verb `operate`: a job arrives, is carried out once, and what cannot even be begun is told as failed."""

from collections.abc import Mapping
from typing import cast

import structlog

from netboard.agent.operations.delivery import Delivery, Tools, carry_out, phrase_of
from netboard.agent.operations.verbs import verb_of
from netboard.core.errors import Invalid, NetboardError
from netboard.core.model import Json
from netboard.core.operations import Job
from netboard.wiring import build
from netboard.wiring.settings import Settings

_log = structlog.get_logger(__name__)


_kept: dict[str, Tools] = {}
"""One set of connections a worker process, by host."""


def _tools(settings: Settings) -> Tools:
    if settings.host not in _kept:
        _kept[settings.host] = Tools(
            host=settings.host,
            engine=build.engine_writer(settings),
            kernel=build.data_plane(settings),
            reports=build.report_writer(settings),
            lease=settings.lease,
        )
    return _kept[settings.host]


def operate(spec: Mapping[str, Json], settings: Settings) -> None:
    """Carry out one delivery of an operation. Raises `BusUnavailable` where nothing can be told."""
    tools = _tools(settings)
    job = read(spec)
    try:
        verb = verb_of(job)
    except NetboardError as error:
        Delivery(job, tools).tell(state="failed", error=phrase_of(error))
        return
    state = carry_out(job, verb, tools)
    _log.info("operation.delivered", operation=job["operation"], kind=job["kind"], token=job["token"], state=state)


def read(spec: Mapping[str, Json]) -> Job:
    """The job inside a signed order. Raises `Invalid` where it is none."""
    for name, kind in (("operation", str), ("token", int), ("kind", str), ("spec", dict), ("labels", dict)):
        if not isinstance(spec.get(name), kind) or isinstance(spec.get(name), bool):
            raise Invalid(f"The job's “{name}” is missing or of the wrong kind.", field=name, code="job_malformed")
    for name in ("labels", "recorded"):
        mapping = spec.get(name)
        if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
            raise Invalid(f"The job's “{name}” has to map texts to texts.", field=name, code="job_malformed")
    limit = spec.get("limit")
    if not isinstance(limit, int | float) or isinstance(limit, bool) or not 0 < limit <= 600:
        raise Invalid("The job's “limit” has to be a number of seconds.", field="limit", code="job_malformed")
    return cast("Job", dict(spec))
