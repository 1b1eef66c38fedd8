"""What a host's agent can be told to do: typed verbs only, each after its signature was checked."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from netboard.agent.recheck import RecheckFile
from netboard.core import signing
from netboard.core.errors import Invalid, NetboardError, Unavailable
from netboard.core.model import Json
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")

Verb = Callable[[Mapping[str, Json], Settings], None]


def recheck(spec: Mapping[str, Json], settings: Settings) -> None:
    """Have the observer on this host compare what it keeps with a fresh dump, now. The spec is empty."""
    if spec:
        raise Invalid("`recheck` takes no parameters.", field="spec", code="order_spec")
    try:
        RecheckFile(settings.data, settings.host).ask()
    except OSError as error:
        raise Unavailable(
            f"The data folder {settings.data} cannot be written: {error.strerror}.", code="data_unwritable"
        ) from error


def operate(spec: Mapping[str, Json], settings: Settings) -> None:
    """Carry out one delivery of an operation; the spec is a `core.operations.Job`."""
    from netboard.agent.operations import task

    task.operate(spec, settings)


def tidy(spec: Mapping[str, Json], settings: Settings) -> None:
    """Remove the unused surplus of one of our own operations; see `operations.task.tidy`."""
    from netboard.agent.operations import task

    task.tidy(spec, settings)


def sweep(spec: Mapping[str, Json], settings: Settings) -> None:
    """Carry out one delivery of a sweep; the spec is a `core.probes.model.SweepJob`."""
    from netboard.agent.probes import task

    task.sweep(spec, settings)


VERBS: Final[Mapping[str, Verb]] = {"recheck": recheck, "operate": operate, "tidy": tidy, "sweep": sweep}


def carry_out(envelope: object, settings: Settings) -> bool:
    """Do what a signed order says, once its signature, host and time are right. Tells whether it was done.

    A refusal or a failure that no retry would heal is logged and ends the task: whoever sent a valid order learns its
    outcome from what the agent reports, and whoever sent an invalid one learns nothing.
    """
    try:
        order = signing.read(envelope, host_key(settings), settings.host)
        verb = VERBS.get(order["verb"])
        if verb is None:
            raise Invalid(f"There is no verb {order['verb']!r}.", field="verb", code="order_verb")
        verb(order["spec"], settings)
    except NetboardError as error:
        log.warning("order.refused", host=settings.host, code=error.code, reason=str(error))
        return False
    log.info("order.done", host=settings.host, verb=order["verb"])
    return True


def host_key(settings: Settings) -> str:
    """The key that this host got at enrolment, from the settings or `host.key` in the data folder; empty: none."""
    if settings.host_key:
        return settings.host_key
    try:
        return (settings.data / "host.key").read_text().strip()
    except OSError:
        return ""
