"""Networks: create and delete."""

from dataclasses import dataclass

from netboard.agent.operations import checks
from netboard.agent.operations.delivery import Delivery, Failed
from netboard.core.change.specs import NetworkCreate, NetworkDelete
from netboard.core.errors import KernelUnavailable, Missing
from netboard.core.model import Network


def own(delivery: Delivery) -> Network | None:
    """The network that this operation made before, by recorded id or by label; surplus unused ones are removed."""
    recorded = delivery.recorded.get("network")
    if recorded and (network := delivery.engine.network(recorded)) is not None:
        keep: Network | None = network
    else:
        keep = None
    labelled = sorted(delivery.engine.networks_of(delivery.job["operation"]), key=lambda one: one.created)
    keep = keep or (labelled[0] if labelled else None)
    for one in labelled:
        if keep is not None and one.id != keep.id and not delivery.engine.members(one.id):
            delivery.engine.remove_network(one.id)
    return keep


@dataclass(frozen=True)
class CreateNetwork:
    """Ensures one network with this spec."""

    spec: NetworkCreate

    def perform(self, delivery: Delivery) -> None:
        """Find it or make it."""
        with delivery.step("check") as told:
            network = own(delivery)
            if network is None:
                for other in delivery.engine.named(self.spec.name):
                    raise Failed("engine_name_taken", name=other.name)
                if self.spec.parent:
                    self._check_parent(delivery)
            else:
                delivery.made = True
                told.say("found_again", network=network.id[:12])
        with delivery.step("create") as told:
            if network is None:
                made = delivery.engine.create_network(self.spec, delivery.job["labels"])
                delivery.made = True
                delivery.record("network", made)
                told.say("network_created", network=made[:12])
            else:
                delivery.record("network", network.id)
                told.say("found_again", network=network.id[:12])

    def _check_parent(self, delivery: Delivery) -> None:
        try:
            if delivery.kernel.device(self.spec.parent) is None:
                raise Failed("parent_missing", parent=self.spec.parent)
        except KernelUnavailable:
            return  # the engine will say so itself

    def verify(self, delivery: Delivery) -> None:
        """Ask engine and kernel."""
        with delivery.step("verify") as told:
            network = delivery.engine.network(delivery.recorded["network"])
            if network is None:
                raise Failed("verify_network_missing", network=self.spec.name)
            checks.network_holds(delivery, told, self.spec, network)
        delivery.result["name"] = self.spec.name
        delivery.result["subnet"] = self.spec.subnet

    def undo(self, delivery: Delivery) -> None:
        """Remove what was made, unless somebody is on it already."""
        network = delivery.recorded.get("network")
        if network:
            try:
                delivery.engine.remove_network(network)
            except Missing:
                return


@dataclass(frozen=True)
class DeleteNetwork:
    """Ensures that a network is gone."""

    spec: NetworkDelete

    def perform(self, delivery: Delivery) -> None:
        """Look who is on it; remove it if nobody is."""
        with delivery.step("check") as told:
            network = delivery.engine.network(self.spec.network)
            if network is None:
                told.say("gone_already")
            elif members := delivery.engine.attached(network.id):
                containers = [delivery.engine.container(member) for member in members]
                names = ", ".join(one.name if one else "?" for one in containers)
                raise Failed("network_in_use_by", network=network.name, containers=names)
        with delivery.step("delete") as told:
            if network is not None:
                delivery.record("device", checks.bridge_name(network) if network.driver == "bridge" else "")
                delivery.engine.remove_network(network.id)
                told.say("network_deleted", network=network.name)

    def verify(self, delivery: Delivery) -> None:
        """The engine does not know it any more, and its bridge went with it."""
        with delivery.step("verify") as told:
            if delivery.engine.network(self.spec.network) is not None:
                raise Failed("verify_still_there")
            device = delivery.recorded.get("device")
            try:
                if device and delivery.kernel.device(device) is not None:
                    told.warn("bridge_left", device=device)
                else:
                    told.say("verified_gone")
            except KernelUnavailable:
                told.warn("verify_without_kernel")

    def undo(self, delivery: Delivery) -> None:
        """A delete cannot be taken back: its id is gone. It is refused beforehand instead."""
