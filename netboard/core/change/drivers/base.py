"""What every driver's file gives."""

from typing import Protocol

from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate
from netboard.core.change.world import World


class Driver(Protocol):
    """Holds a spec with its subnets filled in against the host; `ignoring` is the node of a network that goes away."""

    def __call__(self, preview: Preview, world: World, spec: NetworkCreate, ignoring: str) -> None:
        """Note findings on the preview."""
