"""Whether a change holds, in kernel and data plane: what each driver can be asked, and what is no fault of it."""

import time
from collections.abc import Callable
from typing import Final

from netboard.agent.operations.delivery import Delivery, Failed, StepLog
from netboard.core import ipam
from netboard.core.change.drivers.vlan import parent_device
from netboard.core.change.specs import NetworkCreate
from netboard.core.errors import KernelUnavailable
from netboard.core.model import Container, Endpoint, Network
from netboard.core.ports import Interface

_MASQUERADE: Final = "com.docker.network.bridge.enable_ip_masquerade"
_PAUSE: Final = 0.02


def network_holds(delivery: Delivery, told: StepLog, spec: NetworkCreate, network: Network) -> None:
    """What the engine says of a new network, then what the kernel says, by its driver. Raises `Failed`."""
    if network.driver != spec.driver or (spec.driver != "overlay" and network.internal != spec.internal):
        raise Failed("verify_driver_differs", asked=spec.driver, found=network.driver)
    found = {entry.subnet for entry in network.subnets}
    for subnet in (spec.subnet, spec.subnet6):
        if subnet and subnet not in found:
            raise Failed("verify_subnet_differs", asked=subnet, found=", ".join(sorted(found)))
    told.say("verified_engine", driver=spec.driver)
    try:
        if spec.driver == "bridge":
            _bridge_holds(delivery, told, spec, network)
        elif spec.driver in ("macvlan", "ipvlan"):
            _child_holds(delivery, told, spec)
        elif spec.driver == "overlay":
            told.say("overlay_not_verifiable")
    except KernelUnavailable as error:
        if error.code == "kernel_denied":
            told.warn("verify_without_kernel")
            return
        raise


def bridge_name(network: Network) -> str:
    """The device of a bridge network, as the engine calls it."""
    options = dict(network.options)
    return options.get("com.docker.network.bridge.name") or f"br-{network.id[:12]}"


def _bridge_holds(delivery: Delivery, told: StepLog, spec: NetworkCreate, network: Network) -> None:
    kernel, name = delivery.kernel, bridge_name(network)
    device = kernel.device(name)
    if device is None or not device.up:
        raise Failed("verify_device_missing" if device is None else "verify_device_down", device=name)
    for gateway, subnet in ((spec.gateway, spec.subnet), (spec.gateway6, spec.subnet6)):
        wanted = f"{gateway}/{ipam.prefix_of(subnet)}" if gateway and subnet else ""
        if wanted and wanted not in device.addresses:
            raise Failed("verify_gateway_missing", device=name, address=wanted)
    if spec.subnet and spec.gateway and spec.subnet not in kernel.routed(name):
        raise Failed("verify_route_missing", device=name, subnet=spec.subnet)
    told.say("verified_device", device=name, gateway=spec.gateway)
    if spec.subnet and not spec.internal and spec.options.get(_MASQUERADE) != "false":
        translated = kernel.translated(spec.subnet)
        if translated is None:
            told.warn("verify_nat_unknown")
        elif not translated:
            raise Failed("verify_nat_missing", subnet=spec.subnet)
        else:
            told.say("verified_nat", subnet=spec.subnet)
    if spec.gateway:
        answers = kernel.answers_on_bridge(name, [spec.gateway], delivery.tools.patience)
        if spec.gateway not in answers:
            raise Failed("verify_gateway_silent", device=name, address=spec.gateway)
        told.say("verified_arp", address=spec.gateway, mac=", ".join(sorted(answers[spec.gateway])))


def _child_holds(delivery: Delivery, told: StepLog, spec: NetworkCreate) -> None:
    """The engine makes no device: a scratch child on the parent brings out what the kernel refuses."""
    parent = parent_device(spec)
    asked = [spec.gateway] if spec.gateway else []
    try:
        answers = delivery.kernel.answers_on_parent(
            spec.driver, parent, spec.mode, asked, min(1.0, delivery.tools.patience)
        )
    except KernelUnavailable as error:
        if error.code == "kernel_denied":
            raise
        words = str(error.params.get("kernel") or error)
        raise Failed("verify_child_refused", driver=spec.driver, parent=parent, kernel=words) from error
    told.say("verified_child", driver=spec.driver, parent=parent)
    if asked and not answers:
        told.warn("gateway_silent", address=spec.gateway, parent=parent)


def attachment(container: Container, network: Network) -> Endpoint | None:
    """The container's endpoint on the network; a container that never ran names its networks without their ids."""
    return next(
        (
            one
            for one in container.endpoints
            if one.network == network.id or (not one.network and one.network_name == network.name)
        ),
        None,
    )


def endpoint_holds(delivery: Delivery, told: StepLog, network: Network, container: Container, asked: Endpoint) -> None:
    """The endpoint is there as asked, its device carries its address, and the address answers where it can be asked."""
    endpoint = attachment(container, network)
    if endpoint is None:
        raise Failed("verify_endpoint_missing", container=container.name, network=network.name)
    for field in ("address", "address6", "mac"):
        wanted, found = getattr(asked, field), getattr(endpoint, field).partition("/")[0]
        if wanted and found and wanted != found:
            raise Failed("verify_endpoint_differs", field=field, asked=wanted, found=found)
    if container.state != "running":
        told.warn("container_not_running", container=container.name, state=container.state)
        return
    if not container.sandbox or not endpoint.address:
        return
    try:
        device = _await_device(delivery, container, endpoint)
        if device is None:
            raise Failed("verify_interface_missing", container=container.name, address=endpoint.address)
        told.say("verified_interface", device=device.name, address=endpoint.address, mac=device.mac)
        _ask_endpoint(delivery, told, network, endpoint)
    except KernelUnavailable as error:
        if error.code != "kernel_denied":
            raise
        told.warn("verify_without_kernel")


def _await_device(delivery: Delivery, container: Container, endpoint: Endpoint) -> Interface | None:
    def look() -> Interface | None:
        devices = delivery.kernel.inside(container.sandbox)
        return next((d for d in devices if endpoint.address in d.addresses and d.up), None)

    return until(look, delivery.tools.patience)


def _ask_endpoint(delivery: Delivery, told: StepLog, network: Network, endpoint: Endpoint) -> None:
    address, patience = endpoint.address.partition("/")[0], delivery.tools.patience
    options = dict(network.options)
    if network.driver == "bridge":
        name = "docker0" if network.name == "bridge" else bridge_name(network)
        answers = delivery.kernel.answers_on_bridge(name, [address], patience)
    elif network.driver == "macvlan" and options.get("macvlan_mode", "bridge") == "bridge" and options.get("parent"):
        answers = delivery.kernel.answers_on_parent("macvlan", options["parent"], "bridge", [address], patience)
    else:
        told.say("verify_not_asked", driver=network.driver)
        return
    if address in answers:
        told.say("verified_arp", address=address, mac=", ".join(sorted(answers[address])))
    else:
        told.warn("endpoint_silent", address=address)


def until(look: Callable[[], Interface | None], seconds: float) -> Interface | None:
    """The first thing that `look` finds, asked again and again for so many seconds."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return found
