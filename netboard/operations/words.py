"""Words for what plans find and agents report: each code a sentence, in the reader's language, with its remedy."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from netboard.operations.words_findings import FINDINGS

KINDS: Mapping[str, Any] = {
    "network.create": _("Create network"),
    "network.delete": _("Delete network"),
    "network.connect": _("Connect container"),
    "network.disconnect": _("Disconnect container"),
    "network.recreate": _("Recreate network"),
    "container.run": _("Run container"),
    "container.remove": _("Remove container"),
}

STEPS: Mapping[str, Any] = {
    "check": _("Check"),
    "create": _("Create"),
    "delete": _("Delete"),
    "detach": _("Take containers off"),
    "attach": _("Put containers back"),
    "connect": _("Connect"),
    "disconnect": _("Disconnect"),
    "start": _("Start"),
    "remove": _("Remove"),
    "verify": _("Verify"),
    "undo": _("Undo"),
}

STEP_STATES: Mapping[str, Any] = {
    "waiting": _("waiting"),
    "running": _("running"),
    "done": _("done"),
    "warned": _("done, with a warning"),
    "failed": _("failed"),
    "skipped": _("not needed"),
}

REPORTED: Mapping[str, Any] = {
    "found_again": _("Found what an earlier try had made ({network})."),
    "network_created": _("The engine made it: {network}."),
    "network_deleted": _("The engine removed {network}."),
    "gone_already": _("It was gone already."),
    "checked": _("It is there: {container}."),
    "connected": _("{container} is attached to {network}."),
    "disconnected": _("It was taken off."),
    "image_there": _("The image {image} is on the host."),
    "container_created": _("The engine made container {container}."),
    "container_started": _("Container {container} was started."),
    "container_removed": _("Container {container} was removed."),
    "members_recorded": _("{count} containers are on it; their addresses and aliases are kept."),
    "members_detached": _("{count} containers were taken off."),
    "undone": _("What was made is gone again."),
    "verified_engine": _("The engine has it as asked, driver {driver}."),
    "verified_device": _("The bridge {device} is up and has the gateway's address {gateway} and its route."),
    "verified_nat": _("What leaves {subnet} is masqueraded."),
    "verified_arp": _("{address} answers ARP as {mac}."),
    "verified_child": _("The kernel lets {driver} children sit on {parent}."),
    "verified_interface": _("{device} is in the container's namespace with {address}."),
    "verified_gone": _("Engine and kernel know it no more."),
    "verified_mode": _("It runs in network mode {mode}."),
    "overlay_not_verifiable": _(
        "Not verifiable until a container is attached: before that the kernel has nothing of an overlay."
    ),
    "gateway_silent": _("{address} does not answer on {parent}. That is no fault if the gateway is elsewhere or off."),
    "endpoint_silent": _("{address} does not answer ARP; the container may filter it."),
    "container_not_running": _("{container} does not run ({state}), so nothing can be asked in its namespace."),
    "container_ended": _("{container} has ended already; its command may just have been short."),
    "member_gone": _("{container} is not there any more."),
    "bridge_left": _("The bridge {device} is still there: the engine left it behind."),
    "verify_without_kernel": _("The agent may not ask the kernel, so only the engine's word was checked."),
    "verify_nat_unknown": _("The rules cannot be listed here, so address translation was not checked."),
    "verify_not_asked": _("A network of driver {driver} cannot be asked from beside."),
}

FAILED: Mapping[str, Any] = {
    "verify_driver_differs": _("The engine made driver {found} instead of {asked}."),
    "verify_subnet_differs": _("The engine gave {found} instead of {asked}."),
    "verify_device_missing": _("The engine says it made the network, but the kernel has no bridge {device}."),
    "verify_device_down": _("The bridge {device} is down."),
    "verify_gateway_missing": _("The bridge {device} lacks the gateway's address {address}."),
    "verify_route_missing": _("There is no route to {subnet} by {device}."),
    "verify_nat_missing": _("No rule masquerades what leaves {subnet}: its containers could not reach the outside."),
    "verify_gateway_silent": _("The gateway {address} does not answer ARP on {device}."),
    "verify_child_refused": _("The kernel refuses {driver} children on {parent}: {kernel}"),
    "verify_network_missing": _("The network {network} is not there any more."),
    "verify_endpoint_missing": _("The engine does not list {container} on {network}."),
    "verify_endpoint_differs": _("The endpoint’s {field} is {found} instead of {asked}."),
    "verify_interface_missing": _("No interface in {container} has {address}."),
    "verify_port_missing": _("Port {port}/{protocol} was not published."),
    "verify_mode_differs": _("It runs in network mode {found} instead of {asked}."),
    "verify_still_there": _("It is still there."),
    "verify_still_connected": _("{container} is still attached."),
    "network_in_use_by": _("{network} is in use by {containers}. Disconnect them first; nothing is forced."),
    "image_missing": _("The image {image} is not on the host. netboard pulls nothing: docker pull {image}"),
    "engine_name_taken": _("The engine has a network called {name} already."),
    "engine_pool_overlaps": _("The engine says that the subnet overlaps one of its own: {engine}"),
    "engine_pools_exhausted": _("The engine has no subnet left to give: {engine}"),
    "engine_parent_busy": _("Another network sits on that parent already: {engine}"),
    "engine_parent_missing": _("The engine does not find the parent device: {engine}"),
    "engine_bridge_conflict": _("Another network has that bridge already: {engine}"),
    "engine_in_use": _("Containers are still attached: {engine}"),
    "engine_endpoint_exists": _("The container is on that network already: {engine}"),
    "engine_address_taken": _("The address is in use: {engine}"),
    "engine_network_full": _("The network has no free address: {engine}"),
    "engine_port_taken": _("The port is in use on the host: {engine}"),
    "engine_kernel_lacks": _("This kernel cannot do that: {engine}"),
    "engine_builtin": _("host and none are built in, once each: {engine}"),
    "engine_no_swarm": _("This needs a swarm: docker swarm init. The engine says: {engine}"),
    "engine_image_missing": _("The image is not on the host: {engine}"),
    "engine_container_name_taken": _("A container has that name already: {engine}"),
    "engine_not_attachable": _("That overlay network was not made attachable: {engine}"),
    "engine_static_on_default": _("The default bridge gives no static addresses; use a network of your own: {engine}"),
    "engine_refused": _("The engine refuses: {engine}"),
    "engine_object_missing": _("The engine knows no such object (any more): {engine}"),
    "engine_container_missing": _("The container {container} is not there any more."),
    "engine_network_missing": _("The network {network} is not there any more."),
    "kernel_refuses": _("The kernel refuses: {kernel}"),
    "kernel_no_parent": _("There is no device {parent} on the host."),
    "agent_broke": _("The agent itself broke over it ({error}); its log says more."),
    "given_up": _("No agent took it within {seconds} s; is the agent of this host running?"),
    "host_not_enrolled": _("{host} has no key here, so nothing can be sent to it; enrol it first."),
    "undo_failed": _("It could not be taken back."),
    "subnet_not_explicit": _("The agent was told no subnet."),
    "claimed": _("Somebody else was promised the same name or subnet a moment ago; try again."),
}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of a code; an unknown code stands for itself, with its parameters."""
    for words in (FINDINGS, FAILED, REPORTED):
        if code in words:
            return fill(str(words[code]), params or {})
    values = ", ".join(f"{name}: {value}" for name, value in (params or {}).items())
    return f"{code} ({values})" if values else code


def fill(text: str, params: Mapping[str, Any]) -> str:
    """Put parameters into a sentence; one that is missing stays as a dash."""
    return text.format_map(_Dashes(params))


class _Dashes(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def kind(code: str) -> str:
    """What a kind of operation is called."""
    return translate(str(KINDS[code])) if code in KINDS else code
