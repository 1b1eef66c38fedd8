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


def prepare(settings: Settings) -> None:
    """Load what operations take, before there is one: the first need not wait for it, and a worker's children share it.

    Nothing is connected yet.
    """
    _tools(settings)


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


def tidy(spec: Mapping[str, Json], settings: Settings) -> None:
    """Remove what late calls of one of our own operations left behind: objects with its label and the name that it
    gave, not in its record, and used by nobody. The spec is {operation, name, keep: [full ids]}.

    A container counts as unused only if it was never started: one that runs is somebody's, whatever its labels say.
    """
    operation, name, keep = spec.get("operation"), spec.get("name"), spec.get("keep")
    if not isinstance(operation, str) or not operation or not isinstance(keep, list):
        raise Invalid("The order has to name an operation and what to keep.", field="spec", code="job_malformed")
    engine = _tools(settings).engine
    for container in engine.containers_of(operation):
        if container.id not in keep and container.name == name and container.state == "created":
            engine.remove_container(container.id)
            _log.info("operation.surplus_removed", operation=operation, container=container.id)
    for network in engine.networks_of(operation):
        if network.id not in keep and network.name == name and not engine.attached(network.id):
            engine.remove_network(network.id)
            _log.info("operation.surplus_removed", operation=operation, network=network.id)


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
