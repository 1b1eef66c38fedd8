"""A plan: what an operation would do to this host now, made from its spec and the world. Never changes anything."""

from netboard.core.change import commands, compose, containers, networks
from netboard.core.change.preview import Preview
from netboard.core.change.specs import (
    ContainerRemove,
    ContainerRun,
    NetworkConnect,
    NetworkCreate,
    NetworkDelete,
    NetworkDisconnect,
    NetworkRecreate,
    Spec,
)
from netboard.core.change.world import World


def plan(spec: Spec, world: World) -> Preview:
    """The preview of a spec, bound to full ids and explicit subnets.

    Raises `Missing` or `Conflict` where the named network or container is not there or not unique; everything else that
    stands in the way is a finding.
    """
    preview = _plan(spec, world)
    preview.commands = commands.of(preview.spec, world)
    preview.compose = compose.of(preview.spec, world)
    return preview


def _plan(spec: Spec, world: World) -> Preview:
    match spec:
        case NetworkCreate():
            return networks.create(spec, world)
        case NetworkRecreate():
            return networks.recreate(spec, world)
        case NetworkDelete():
            return networks.delete(spec, world)
        case NetworkConnect():
            return containers.connect(spec, world)
        case NetworkDisconnect():
            return containers.disconnect(spec, world)
        case ContainerRun():
            return containers.run(spec, world)
        case ContainerRemove():
            return containers.remove(spec, world)
