"""The verb `sweep`: a job arrives and is carried out once."""

from collections.abc import Mapping

import msgspec
import structlog

from netboard.agent.probes.sweeping import Tools, carry_out
from netboard.core.errors import Invalid
from netboard.core.model import Json
from netboard.core.probes.model import SweepJob
from netboard.wiring import build
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")

_kept: dict[str, Tools] = {}
"""One set of connections a worker process, by host."""


def _tools(settings: Settings) -> Tools:
    if settings.host not in _kept:
        _kept[settings.host] = Tools(
            host=settings.host,
            engine=build.engine_writer(settings),
            kernel=build.data_plane(settings),
            sweeper=build.sweeper(settings),
            bus=build.probe_writer(settings),
            lease=settings.lease,
        )
    return _kept[settings.host]


def sweep(spec: Mapping[str, Json], settings: Settings) -> None:
    """Carry out one delivery of a sweep. Raises `Invalid` for a malformed job, `BusUnavailable` where nothing can be
    told."""
    job = read(spec)
    state = carry_out(job, _tools(settings))
    log.info("sweep.delivered", sweep=job["sweep"], token=job["token"], state=state)


def read(spec: Mapping[str, Json]) -> SweepJob:
    """The job inside a signed order. Raises `Invalid` where it is none."""
    try:
        job = msgspec.convert(spec, SweepJob)
    except msgspec.ValidationError as error:
        raise Invalid(f"The job makes no sense: {error}", field="spec", code="job_malformed") from error
    sane = job["skip"] >= 0 and 0 < job["limits"]["seconds"] <= 140 and job["limits"]["pace"] > 0
    if not sane:
        raise Invalid("The job's limits make no sense.", field="limits", code="job_malformed")
    return job
