"""A network made anew with other settings: everybody is taken off, it is removed, made, and all are put back."""

import json
from dataclasses import dataclass
from typing import Any

from netboard.agent.operations import checks
from netboard.agent.operations.delivery import Delivery, Failed, StepLog
from netboard.agent.operations.networks import own
from netboard.core import ipam
from netboard.core.change.networks import current_spec
from netboard.core.change.specs import NetworkCreate, NetworkRecreate, asked, parse
from netboard.core.model import Container, Endpoint, Network


@dataclass(frozen=True)
class Member:
    """One container on the network, as it has to be put back."""

    container: str
    name: str
    address: str
    address6: str
    aliases: tuple[str, ...]

    def endpoint(self, network: str) -> Endpoint:
        """What is asked of the engine for it."""
        return Endpoint(network, "", "", self.address, self.address6, "", "", "", self.aliases)


@dataclass(frozen=True)
class RecreateNetwork:
    """Ensures a network with the new settings in place of the old one. `spec.changes` is whole: the plan merged it.

    What the old one was and who was on it is recorded before anything is touched, so that any later delivery, and the
    undoing, can go on from there.
    """

    spec: NetworkRecreate

    def perform(self, delivery: Delivery) -> None:
        """Five steps; each looks first what is done already."""
        wanted = self.spec.changes
        with delivery.step("check") as told:
            old = delivery.engine.network(self.spec.network)
            if "members" not in delivery.recorded:
                if old is None:
                    raise Failed("engine_network_missing", network=self.spec.network[:12])
                members = _members(delivery, old)
                delivery.record("before", json.dumps(asked(_spec_of(old))))
                delivery.record("members", json.dumps([vars(one) for one in members]))
            members = _recorded_members(delivery)
            told.say("members_recorded", count=len(members))
        with delivery.step("detach") as told:
            if old is not None:
                delivery.made = True
                for member in members:
                    delivery.engine.disconnect(old.id, member.container)
                told.say("members_detached", count=len(members))
        with delivery.step("delete") as told:
            if old is not None:
                delivery.engine.remove_network(old.id)
                told.say("network_deleted", network=old.name)
        delivery.made = True
        with delivery.step("create") as told:
            network = own(delivery)
            if network is None:
                made = delivery.engine.create_network(wanted, delivery.job["labels"])
                delivery.record("network", made)
            else:
                delivery.record("network", network.id)
            told.say("network_created", network=delivery.recorded["network"][:12])
        with delivery.step("attach") as told:
            _attach(delivery, told, wanted, delivery.recorded["network"], members)

    def verify(self, delivery: Delivery) -> None:
        """The network holds, and everybody is on it."""
        with delivery.step("verify") as told:
            network = delivery.engine.network(delivery.recorded["network"])
            if network is None:
                raise Failed("verify_network_missing", network=self.spec.changes.name)
            checks.network_holds(delivery, told, self.spec.changes, network)
            for member in _recorded_members(delivery):
                container = delivery.engine.container(member.container)
                if container is None:
                    told.warn("member_gone", container=member.name)
                    continue
                kept = _fitting(member, self.spec.changes)
                checks.endpoint_holds(delivery, told, network, container, kept.endpoint(network.id))

    def undo(self, delivery: Delivery) -> None:
        """Make the network as it was, and put everybody back."""
        before = parse("network.create", json.loads(delivery.recorded["before"]))
        assert isinstance(before, NetworkCreate)
        members = _recorded_members(delivery)
        if delivery.engine.network(self.spec.network) is None:
            for made in delivery.engine.networks_of(delivery.job["operation"]):
                for member in members:
                    delivery.engine.disconnect(made.id, member.container)
                delivery.engine.remove_network(made.id)
            old = delivery.engine.create_network(before, delivery.job["labels"])
            delivery.record("network", old)
        else:
            old = self.spec.network
        _attach(delivery, StepLog(), before, old, members)


def _members(delivery: Delivery, network: Network) -> list[Member]:
    """Who is on the network, running or not."""
    found = []
    for container_id in delivery.engine.attached(network.id):
        container = delivery.engine.container(container_id)
        if container is None:
            continue
        endpoint = checks.attachment(container, network)
        if endpoint is not None:
            found.append(_member(container, endpoint))
    return found


def _member(container: Container, endpoint: Endpoint) -> Member:
    aliases = tuple(one for one in endpoint.aliases if one != container.id[:12])
    static = endpoint.static
    return Member(
        container=container.id,
        name=container.name,
        address=endpoint.address.partition("/")[0] if static else "",
        address6=endpoint.address6.partition("/")[0] if static else "",
        aliases=aliases,
    )


def _recorded_members(delivery: Delivery) -> list[Member]:
    entries: list[dict[str, Any]] = json.loads(delivery.recorded["members"])
    return [Member(**{**entry, "aliases": tuple(entry["aliases"])}) for entry in entries]


def _fitting(member: Member, spec: NetworkCreate) -> Member:
    """The member without the addresses that the network has no room for any more."""
    inside4 = member.address and spec.subnet and ipam.usable(spec.subnet).contains(ipam.single(member.address))
    inside6 = member.address6 and spec.subnet6 and ipam.usable(spec.subnet6).contains(ipam.single(member.address6))
    return Member(
        member.container,
        member.name,
        member.address if inside4 else "",
        member.address6 if inside6 else "",
        member.aliases,
    )


def _attach(delivery: Delivery, told: StepLog, spec: NetworkCreate, network: str, members: list[Member]) -> None:
    """Static addresses first, so that nobody else is given them."""
    for member in sorted((_fitting(one, spec) for one in members), key=lambda one: not one.address):
        container = delivery.engine.container(member.container)
        if container is None:
            told.warn("member_gone", container=member.name)
        elif not any(one.network == network for one in container.endpoints):
            delivery.engine.connect(network, member.container, member.endpoint(network))
            told.say("connected", container=member.name, network=spec.name)


def _spec_of(network: Network) -> NetworkCreate:
    """The old network as a spec that would make it again."""
    subnets: list[Any] = [one._asdict() for one in network.subnets]
    facts: dict[str, Any] = {
        **network._asdict(),
        "subnets": subnets,
        "options": dict(network.options),
        "labels": dict(network.labels),
    }
    return current_spec(network.name, facts)
