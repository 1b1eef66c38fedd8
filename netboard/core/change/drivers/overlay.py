"""overlay: one network over several engines of a swarm, carried in VXLAN."""

from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate
from netboard.core.change.world import World


def judge(preview: Preview, world: World, spec: NetworkCreate, ignoring: str) -> None:
    """No swarm; what cannot be attached by hand; encryption that this kernel may lack."""
    host = world.nodes.get(world.host)
    engine = host["facts"].get("engine") if host else None
    swarm = str(engine.get("swarm") or "") if isinstance(engine, dict) else ""
    if swarm and swarm != "active":
        preview.refuse("swarm_inactive", field="driver", object=world.host, state=swarm)
    if not spec.attachable:
        preview.warn("overlay_not_attachable", field="attachable")
    if spec.encrypted:
        preview.warn("overlay_encrypted", field="encrypted")
    preview.warn("overlay_not_verifiable", field="driver")
