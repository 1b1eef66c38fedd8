"""Words for what plans find before anything is done: why not, or what to know, and what would help."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FINDINGS: Mapping[str, Any] = {
    "name_taken": _(
        "A network called {name} is on this host already. Names are unique here, though Docker allows more."
    ),
    "name_is_id": _("The engine could take {name} for the id of the network {network}; choose another name."),
    "name_claimed": _("The name {name} is promised to an operation that is not done yet."),
    "no_free_subnet": _("No pool has a free /{size} left; choose another size, or name a subnet."),
    "subnet_special_purpose": _("{subnet} lies in {range}, which is set apart for {detail}."),
    "subnet_too_wide": _("{subnet} is wider than any container network may be ({range} at most)."),
    "subnet_too_narrow": _("{subnet} has no room for a gateway and endpoints ({range} at least)."),
    "subnet_host_route": _("{subnet} collides with {range}, which the host reaches by another way: it would lose it."),
    "subnet_service": _("{subnet} contains {range}, by which netboard itself is reached."),
    "subnet_overlaps": _("{subnet} overlaps {other} of the network {network}."),
    "subnet_claimed": _("{subnet} overlaps {other}, which is promised to an operation that is not done yet."),
    "subnet_on_orphan": _("{subnet} overlaps {other} on {device}, a bridge that Docker left behind."),
    "subnet_outside_pools": _("{subnet} is outside all pools."),
    "subnet_pool_reserved": _("{subnet} overlaps {range}, which is reserved in the pool {pool}."),
    "subnet_public": _("{subnet} are public addresses: what has them in the Internet could not be reached any more."),
    "subnet_on_other_host": _("{subnet} overlaps {other} on {host}; both could never be joined."),
    "picture_old": _(
        "Redis is away, so this was planned on what was seen last; the agent looks again before it begins."
    ),
    "subnet_not_of_lan": _("{subnet} was chosen from a pool; devices beside {parent} may use another subnet."),
    "driver_builtin_host": _(
        "Every engine has exactly one network of driver host, built in. To use it, run a container in network mode "
        "host."
    ),
    "driver_builtin_none": _(
        "There is no driver called none: “docker network create -d none” answers “plugin "
        '"none" not found”. The driver is called null, and every engine has exactly one network of it, built in.'
    ),
    "bridge_name_taken": _("The host has a device called {device} already."),
    "mtu_below_ipv6": _("IPv6 needs an MTU of {least} at least; {mtu} is too small."),
    "mtu_above_uplink": _("An MTU of {mtu} is more than the way out carries ({uplink}): large packets may be lost."),
    "mtu_above_parent": _("An MTU of {mtu} is more than {parent} carries ({most})."),
    "internal_no_way_out": _("Internal: its containers reach each other and the host, and nothing else."),
    "isolated_no_neighbours": _("Isolated: its containers cannot reach each other."),
    "parent_needed": _("A {driver} network needs a parent: the host's device that it hangs on."),
    "parent_unknown": _("Whether {parent} exists cannot be seen: the kernel's side of this host is missing."),
    "parent_missing": _("The host has no device {parent}. Docker would make one called like that, with no way out."),
    "parent_kind": _("{parent} is a {kind} device, which cannot carry such a network."),
    "parent_is_docker": _("{parent} is a bridge of Docker's own."),
    "parent_is_port": _("{parent} is a port of another device, which takes its traffic; use that one as the parent."),
    "parent_down": _("{parent} is down; the network works once it is up."),
    "parent_busy": _("The network {network} sits on {parent} already, and an engine allows one for each parent."),
    "vlan_exists": _("The host has {device} already; it is used as it is."),
    "host_apart": _(
        "The host itself cannot reach its {driver} children, nor they the host: the kernel keeps a parent and its "
        "children apart. Everything else beside {parent} can."
    ),
    "passthru_single": _("passthru gives {parent} to a single container."),
    "swarm_inactive": _("An overlay needs a swarm, and this engine is in none ({state}): docker swarm init."),
    "overlay_not_attachable": _("Not attachable: only services of the swarm can use it, not single containers."),
    "overlay_encrypted": _(
        "Encryption needs rfc4106(gcm(aes)) in the kernel of every host; where it is missing, nothing passes."
    ),
    "overlay_not_verifiable": _(
        "Before the first container is attached, the kernel has nothing of an overlay to check."
    ),
    "network_in_use": _("{container} is attached to {network}. Disconnect it first; nothing is forced."),
    "network_builtin": _("{network} is built in and cannot be changed or removed."),
    "owned_elsewhere": _("{network} belongs to {owner} ({kind}), which may undo this or fail over it."),
    "too_many_members": _("{count} containers are on it; at most {most} can be carried over at once."),
    "address_not_kept": _("{container} cannot keep {address}: it is outside of {subnet}."),
    "interrupted": _("{container} loses this network for a moment; its connections break."),
    "attach_builtin": _(
        "{network} is built in: a container gets it when it is made, or never. Run it anew with that network mode."
    ),
    "container_has_no_own": _("{container} runs in network mode {mode}, so it has no interfaces of its own to attach."),
    "already_connected": _("{container} is on {network} already."),
    "not_connected": _("{container} is not on {network}."),
    "overlay_attach": _("{network} was not made attachable; single containers cannot join it."),
    "container_stopped": _("{container} does not run; it gets its interface when it is started."),
    "gains_way_out": _("{container} had no way out and gets one by {network}."),
    "loses_way_out": _("{network} is the only way out of {container}."),
    "ports_lost": _("The published ports of {container} lead through this network; they will not answer any more."),
    "address_outside": _("{address} is no usable address of {network} ({subnets})."),
    "address_taken": _("{address} is in use by {container}."),
    "address_is_gateway": _("{address} is the gateway of {network}."),
    "default_bridge_static": _("The default bridge gives no static addresses; make a network of your own."),
    "network_full": _("{network} has no free address left."),
    "mac_taken": _("{mac} is in use on this network."),
    "container_name_taken": _("A container called {name} is on this host already."),
    "container_not_ours": _(
        "netboard did not run {container}, so it does not remove it. By hand: docker rm -f {container}"
    ),
    "builtin_no_address": _("On {network} a container gets no address of its own."),
    "host_no_ports": _("In network mode host nothing is published: the container listens on the host's own addresses."),
    "none_no_ports": _("Without a network there is nothing to publish."),
    "runs_on_host": _("It shares the host's network: every port that it opens is the host's."),
    "runs_on_none": _("It gets loopback and nothing else."),
    "port_twice": _("Port {port}/{protocol} is asked for twice."),
    "port_taken": _("Port {port}/{protocol} is published by {container} already."),
    "ports_without_effect": _("On {network} nothing is published: its containers are reached by their own addresses."),
    "ports_on_internal": _("{network} is internal, so published ports are reached from the host only."),
    "becomes_reachable": _("Port {port}/{protocol} becomes reachable on every address of the host."),
}
