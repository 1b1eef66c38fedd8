"""Containers: connect, disconnect, run, remove."""

from dataclasses import dataclass

from netboard.agent.operations import checks
from netboard.agent.operations.delivery import Delivery, Failed
from netboard.core.change.specs import ContainerRemove, ContainerRun, NetworkConnect, NetworkDisconnect
from netboard.core.model import Container, Endpoint, Network


def _container(delivery: Delivery, container: str) -> Container:
    found = delivery.engine.container(container)
    if found is None:
        raise Failed("engine_container_missing", container=container[:12])
    return found


def _network(delivery: Delivery, network: str) -> Network:
    found = delivery.engine.network(network)
    if found is None:
        raise Failed("engine_network_missing", network=network[:12])
    return found


@dataclass(frozen=True)
class Connect:
    """Ensures that a container is attached to a network."""

    spec: NetworkConnect

    def _asked(self) -> Endpoint:
        spec = self.spec
        return Endpoint(spec.network, "", "", spec.address, spec.address6, "", "", spec.mac, spec.aliases)

    def perform(self, delivery: Delivery) -> None:
        """Attach it, unless an earlier delivery did."""
        with delivery.step("check") as told:
            network, container = _network(delivery, self.spec.network), _container(delivery, self.spec.container)
            there = _is_joined(container, network)
            begun = "begun" in delivery.recorded
            # The plan saw it unattached. What an earlier delivery told may be lost with the bus, so from the second
            # one on it counts as made by us, but is not taken off again unless that is known.
            if there and not begun and delivery.job["token"] == 1:
                raise Failed("already_connected", container=container.name, network=network.name)
            delivery.made = begun
            told.say("checked", container=container.name, network=network.name)
        with delivery.step("connect") as told:
            if not there:
                delivery.record("begun", "1")
                # Where the engine refuses a join it may list the endpoint all the same: it has to be taken off again.
                delivery.made = True
                delivery.engine.connect(network.id, container.id, self._asked())
                told.say("connected", container=container.name, network=network.name)
            else:
                told.say("found_again", network=network.id[:12])

    def verify(self, delivery: Delivery) -> None:
        """The endpoint is there as asked, and answers."""
        with delivery.step("verify") as told:
            network, container = _network(delivery, self.spec.network), _container(delivery, self.spec.container)
            checks.endpoint_holds(delivery, told, network, container, self._asked())
        endpoint = checks.attachment(container, network)
        assert endpoint is not None  # or the check had failed
        delivery.result["address"] = endpoint.address.partition("/")[0]

    def undo(self, delivery: Delivery) -> None:
        """Take it off again.

        The engine goes on listing a network whose join it refused, without an endpoint, and will not disconnect what is
        not connected (20.10: "is not connected to network"): once it was joined with any address, it lets go.
        """
        network, container = self.spec.network, self.spec.container
        delivery.engine.disconnect(network, container)
        left = delivery.engine.container(container)
        known = delivery.engine.network(network)
        if left is not None and known is not None and checks.attachment(left, known) is not None:
            delivery.engine.connect(network, container, Endpoint(network, ""))
            delivery.engine.disconnect(network, container)


def _is_joined(container: Container, network: Network) -> bool:
    """Attached for real: a container that runs has an endpoint's id for it."""
    endpoint = checks.attachment(container, network)
    return endpoint is not None and (bool(endpoint.endpoint) or container.state != "running")


@dataclass(frozen=True)
class Disconnect:
    """Ensures that a container is not attached to a network."""

    spec: NetworkDisconnect

    def perform(self, delivery: Delivery) -> None:
        """Take it off."""
        with delivery.step("check") as told:
            container = delivery.engine.container(self.spec.container)
            there = container is not None and any(one.network == self.spec.network for one in container.endpoints)
            told.say("checked" if there else "gone_already", container=container.name if container else "")
        with delivery.step("disconnect") as told:
            if there:
                delivery.engine.disconnect(self.spec.network, self.spec.container)
                told.say("disconnected")

    def verify(self, delivery: Delivery) -> None:
        """The engine knows no such endpoint any more."""
        with delivery.step("verify") as told:
            container = delivery.engine.container(self.spec.container)
            if container is not None and any(one.network == self.spec.network for one in container.endpoints):
                raise Failed("verify_still_connected", container=container.name)
            told.say("verified_gone")

    def undo(self, delivery: Delivery) -> None:
        """Nothing was made."""


@dataclass(frozen=True)
class Run:
    """Ensures one running container with this spec."""

    spec: ContainerRun

    def perform(self, delivery: Delivery) -> None:
        """Find it or make it, and start it."""
        with delivery.step("check") as told:
            container = self._own(delivery)
            if container is None:
                if not delivery.engine.has_image(self.spec.image):
                    raise Failed("image_missing", image=self.spec.image)
                told.say("image_there", image=self.spec.image)
            else:
                delivery.made = True
        with delivery.step("create") as told:
            if container is None:
                made = delivery.engine.create_container(self.spec, delivery.job["labels"])
                delivery.made = True
                delivery.record("container", made)
                told.say("container_created", container=made[:12])
            else:
                made = container.id
                delivery.record("container", made)
                told.say("found_again", container=made[:12])
        with delivery.step("start") as told:
            delivery.engine.start_container(made)
            told.say("container_started", container=made[:12])

    def _own(self, delivery: Delivery) -> Container | None:
        recorded = delivery.recorded.get("container")
        found = delivery.engine.container(recorded) if recorded else None
        labelled = delivery.engine.containers_of(delivery.job["operation"])
        return found or (labelled[0] if labelled else None)

    def verify(self, delivery: Delivery) -> None:
        """It runs, and its endpoint is as asked."""
        with delivery.step("verify") as told:
            container = _container(delivery, delivery.recorded["container"])
            if container.state == "exited":
                told.warn("container_ended", container=container.name)
            if self.spec.network in ("host", "none"):
                if container.network_mode != self.spec.network:
                    raise Failed("verify_mode_differs", asked=self.spec.network, found=container.network_mode)
                told.say("verified_mode", mode=self.spec.network)
            else:
                network = _network(delivery, self.spec.network)
                asked = Endpoint(network.id, "", "", self.spec.address, self.spec.address6, "", "", self.spec.mac)
                checks.endpoint_holds(delivery, told, network, container, asked)
                self._ports_hold(container)
        delivery.result["name"] = container.name
        delivery.result["addresses"] = [one.address.partition("/")[0] for one in container.endpoints if one.address]

    def _ports_hold(self, container: Container) -> None:
        if container.state != "running":
            return
        for port in self.spec.ports:
            published = [
                one
                for one in container.ports
                if one.container_port == port.container_port
                and one.protocol == port.protocol
                and port.host_port in (0, one.host_port)
            ]
            if not published:
                raise Failed("verify_port_missing", port=port.container_port, protocol=port.protocol)

    def undo(self, delivery: Delivery) -> None:
        """Remove the container."""
        made = delivery.recorded.get("container")
        if made:
            delivery.engine.remove_container(made)


@dataclass(frozen=True)
class Remove:
    """Ensures that a container is gone. Whether it is netboard's own was held against netboard's record before."""

    spec: ContainerRemove

    def perform(self, delivery: Delivery) -> None:
        """Remove it."""
        with delivery.step("check") as told:
            container = delivery.engine.container(self.spec.container)
            told.say("checked" if container else "gone_already", container=container.name if container else "")
        with delivery.step("remove") as told:
            if container is not None:
                delivery.engine.remove_container(container.id)
                told.say("container_removed", container=container.name)

    def verify(self, delivery: Delivery) -> None:
        """The engine does not know it any more."""
        with delivery.step("verify") as told:
            if delivery.engine.container(self.spec.container) is not None:
                raise Failed("verify_still_there")
            told.say("verified_gone")

    def undo(self, delivery: Delivery) -> None:
        """Nothing was made."""
