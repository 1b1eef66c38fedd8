"""host and none: every engine has exactly one of each, built in. A container gets them when it is made, or never."""

from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate
from netboard.core.change.world import World


def judge(preview: Preview, world: World, spec: NetworkCreate, ignoring: str) -> None:
    """Always refused. What articles call `-d none` is the driver `null`, and it allows one network only."""
    existing = next((n for n in world.networks if n["name"] == spec.driver), None)
    preview.refuse(
        "driver_builtin_none" if spec.driver == "none" else "driver_builtin_host",
        field="driver",
        object=existing["id"] if existing else "",
    )
