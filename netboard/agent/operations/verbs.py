"""From an order to the verb that carries it out."""

from netboard.agent.operations.containers import Connect, Disconnect, Remove, Run
from netboard.agent.operations.delivery import Verb
from netboard.agent.operations.networks import CreateNetwork, DeleteNetwork
from netboard.agent.operations.recreate import RecreateNetwork
from netboard.core.change.specs import (
    ContainerRemove,
    ContainerRun,
    NetworkConnect,
    NetworkCreate,
    NetworkDelete,
    NetworkDisconnect,
    NetworkRecreate,
    parse,
)
from netboard.core.errors import Refused
from netboard.core.ipam import reserved
from netboard.core.operations import Job


def verb_of(job: Job) -> Verb:
    """The verb, with its spec read anew: the agent trusts a signature to say who sent it, not that it makes sense.

    Raises `Invalid`, and `Refused` for what no host should be given whoever signed it.
    """
    spec = parse(job["kind"], job["spec"])
    match spec:
        case NetworkCreate():
            _within_limits(spec)
            return CreateNetwork(spec)
        case NetworkRecreate():
            _within_limits(spec.changes)
            return RecreateNetwork(spec)
        case NetworkDelete():
            return DeleteNetwork(spec)
        case NetworkConnect():
            return Connect(spec)
        case NetworkDisconnect():
            return Disconnect(spec)
        case ContainerRun():
            return Run(spec)
        case ContainerRemove():
            return Remove(spec)


def _within_limits(spec: NetworkCreate) -> None:
    if not spec.subnet:
        raise Refused("An order names its subnet; this one does not.", code="subnet_not_explicit")
    for subnet in (spec.subnet, spec.subnet6):
        why = reserved(subnet) if subnet else None
        if why is not None:
            raise Refused(
                f"{subnet} is nobody's to have ({why.detail or why.range}).",
                code=f"subnet_{why.code}",
                params={"subnet": subnet, "range": why.range, "detail": why.detail},
            )
