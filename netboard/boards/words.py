"""Words: what codes, kinds and states are called, in the reader's language. The page's script gets them as one block.

`{name}` stands for a parameter. Nothing here is ever put together with markup: who shows it, shows it as text.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from netboard.boards import words_probes
from netboard.boards.words_learn import LEARN as LEARN
from netboard.hosts.texts import SENTENCES
from netboard.operations import words as operations
from netboard.operations.models import State as OperationState

STATES: Mapping[str, object] = {
    "up": _("up"),
    "down": _("down"),
    "degraded": _("degraded"),
    "paused": _("paused"),
    "stopped": _("stopped"),
    "unknown": _("unknown"),
}

KINDS: Mapping[str, object] = {
    "host": _("host"),
    "namespace": _("network namespace"),
    "container": _("container"),
    "network": _("network"),
    "nic": _("network card"),
    "loopback": _("loopback"),
    "bridge": _("bridge"),
    "veth": "veth",
    "macvlan": "macvlan",
    "ipvlan": "ipvlan",
    "vxlan": "VXLAN",
    "vlan": "VLAN",
    "tun": "tun/tap",
    "bond": "bond",
}

WARNINGS: Mapping[str, object] = {
    "namespace_undecided": _(
        "In which network namespace this container lives is not decided yet ({count} candidates)."
    ),
    "unhealthy": _("Its health check fails."),
    "container_restarting": _("It stops and is started again and again; see its log."),
    "container_dead": _("The engine could not remove it; it is dead."),
    "endpoint_without_interface": _(
        "The engine says it is attached to {network}, but no interface in it belongs to that network."
    ),
    "address_differs": _("On {network} the engine gave {engine}, but the kernel has {kernel} on {device}."),
    "mac_differs": _("On {network} the engine gave the MAC address {engine}, but {device} has {kernel}."),
    "duplicate_address": _("The address {value} is in use more than once."),
    "duplicate_mac": _("The MAC address {value} is in use more than once on {network}."),
    "link_down": _("{device} is switched off."),
    "no_carrier": _("{device} has no signal: its other end is switched off or missing."),
    "peer_outside": _("The other end of {device} is in a namespace that netboard cannot see."),
    "peer_undecided": _("Which interface is the other end of {device} cannot be decided."),
    "lower_outside": _("The device that this one sits on is in a namespace that netboard cannot see."),
    "bridge_orphaned": _("{bridge} looks like a bridge of Docker's, but the engine knows no such network."),
    "bridge_missing": _("The engine lists this network, but its bridge {bridge} does not exist."),
    "subnet_full": _("The subnet {subnet} is full: no further container can be attached."),
    "version": _("netboard was updated; reload the page to get the new version."),
    "export_too_large": _("This is more than one file may hold; export host by host, with ?host=."),
    "bus_lost": _("Redis or Valkey lost what it held; the observers tell everything anew."),
}

EVENTS: Mapping[str, object] = {
    "appeared": _("appeared"),
    "changed": _("changed: {fields}"),
    "gone": _("went away"),
    "state": _("{state}, was {was}"),
    "renamed": _("was called {was}"),
    "warned": _("a warning was added"),
    "cleared": _("a warning is over"),
    "silent": _("does not answer as it should: {state}"),
    "reached": _("answers again"),
}

FIELDS: Mapping[str, object] = {
    "addresses": _("addresses"),
    "driver": _("driver"),
    "image": _("image"),
    "internal": _("internal"),
    "mac": _("MAC address"),
    "master": _("bridge"),
    "mtu": "MTU",
    "names": _("mounts"),
    "namespace": _("namespace"),
    "network_mode": _("network mode"),
    "networks": _("networks"),
    "ports": _("exposed ports"),
    "subnets": _("subnets"),
}

CAUSES: Mapping[str, object] = {
    "operation": _("operation {id} {person}"),
    "request": _("request {id} {person}"),
    "monitor": _("monitor {id}"),
    "outside": _("outside netboard"),
}

PAGE: Mapping[str, object] = {
    "address": _("address"),
    "addresses": _("Addresses"),
    "agent": _("agent"),
    "alias": _("alias"),
    "aliases": _("aliases"),
    "altnames": _("other names"),
    "belongs_to": _("Belongs to"),
    "bridge_device": _("bridge device"),
    "change": _("Change"),
    "details": _("Details"),
    "plan": _("Plan"),
    "plan_clear": _("Nothing stands in its way."),
    "plan_close": _("Close"),
    "plan_discard": _("Discard"),
    "plan_do": _("Do it"),
    "plan_drawn": _("The plan is drawn on the board."),
    "plan_leave": _("Leave it running"),
    "plan_refused": _("The plan is drawn on the board; something stands in its way."),
    "plan_refuses": _("stands in the way"),
    "plan_unreadable": _("The plan in this link cannot be read; make it anew from a form."),
    "plan_warns": _("good to know"),
    "by_hand": _("By hand"),
    "carried_by": _("Carried by"),
    "carrier": _("carrier"),
    "carrier_no": _("no"),
    "carrier_yes": _("yes"),
    "command": _("command"),
    "connection_connecting": _("connecting"),
    "connection_denied": _("not allowed"),
    "connection_live": _("live"),
    "connection_offline": _("offline"),
    "connection_reconnecting": _("reconnecting"),
    "containers_one": _("{n} container"),
    "containers_other": _("{n} containers"),
    "copied": _("Copied."),
    "copy": _("Copy"),
    "copy_command": _("Copy: {command}"),
    "copy_link": _("Copy link"),
    "devices_one": _("{n} device"),
    "devices_other": _("{n} devices"),
    "driver": _("driver"),
    "edge_inferred": _("inferred"),
    "edge_nowhere": _("out of sight"),
    "edge_outside": _("outside of what can be seen"),
    "edge_undecided": _("undecided"),
    "engine": _("engine"),
    "engine_id": _("engine's id"),
    "engine_state": _("engine says"),
    "evidence": _("evidence"),
    "evidence_none": _("no evidence"),
    "exposed": _("Exposed ports"),
    "exposed_address": _("reachable by every machine that reaches {address}"),
    "exposed_all": _("reachable by every machine that reaches any address of this host"),
    "exposed_local": _("reachable from this host only"),
    "facts": _("Facts"),
    "faults": _("Faults"),
    "faults_nothing": _("Nothing is down."),
    "faults_one": _("{n} fault"),
    "faults_other": _("{n} faults"),
    "feed_addresses": _("addresses changed"),
    "feed_count_one": _("last {n} change"),
    "feed_count_other": _("last {n} changes"),
    "feed_gone": _("went away"),
    "feed_held_one": _("paused · {n} waits"),
    "feed_held_other": _("paused · {n} wait"),
    "feed_new": _("appeared"),
    "feed_nothing": _("Nothing changed lately."),
    "feed_renamed": _("was called {was}"),
    "feed_state": _("{state}, was {was}"),
    "feed_warning": _("a warning was added"),
    "filter_address": _("“{word}” is not an address or a network; write 10.0.0.7 or 10.0.0.0/24."),
    "filter_empty": _("Something has to follow after “{word}:”."),
    "filter_hits": _("{n} match"),
    "filter_is": _("“{word}” cannot be asked with is:; use fault, exposed, undecided or external."),
    "filter_key": _(
        "“{word}:” is not known; use net, state, host, kind, driver, ip, port, label, image, mac, name, project or is."
    ),
    "filter_nothing": _("Nothing matches."),
    "filter_port": _("“{word}” is not a port; ports go from 1 to 65535."),
    "filter_quote": _("A quotation mark is missing after “{word}”."),
    "filter_state": _("“{word}” is not a state; use up, down, degraded, paused, stopped or unknown."),
    "fleet": _("several hosts"),
    "forwarding": _("Forwarding database"),
    "free": _("free"),
    "gateway": _("gateway"),
    "gone_text": _("It went away, or never was, or you may not see it."),
    "gone_title": _("Not here any more"),
    "held_by": _("held by"),
    "hosts_one": _("{n} host"),
    "hosts_other": _("{n} hosts"),
    "hosts_stale_one": _("{n} host is stale"),
    "hosts_stale_other": _("{n} hosts are stale"),
    "if_this_fails": _("If this fails"),
    "ifindex": _("ifindex"),
    "image": _("image"),
    "impact_nothing": _("No container loses anything."),
    "impact_one": _("{n} container loses something."),
    "impact_other": _("{n} containers lose something."),
    "inode": _("inode"),
    "interface": _("interface"),
    "interfaces": _("Interfaces"),
    "internal": _("internal"),
    "internal_yes": _("no way to the outside"),
    "ip_range": _("range given out"),
    "kernel": _("kernel"),
    "labels": _("Labels"),
    "learn": _("What is this?"),
    "loading": _("Loading …"),
    "loses": _("loses {what}"),
    "lower_device": _("sits on"),
    "mac": "MAC",
    "more_one": _("{n} more"),
    "more_other": _("{n} more …"),
    "mounted_at": _("mounted at"),
    "mtu": "MTU",
    "namespace": _("namespace"),
    "namespaces": _("Namespaces"),
    "neighbours": _("Neighbours"),
    "network_mode": _("network mode"),
    "networks": _("Networks"),
    "next_free": _("next free"),
    "not_answered": _("netboard did not answer; try again."),
    "not_copied": _("The browser does not allow copying; mark the text instead."),
    "on_the_host": _("on the host"),
    "operating_system": _("system"),
    "operstate": _("operational state"),
    "options": _("Options"),
    "outside": _("the outside"),
    "overview": _("Overview"),
    "overview_hint": _("Choose anything on the board or in the tree to see its facts."),
    "owner": _("belongs to"),
    "pid": _("process"),
    "project": _("project"),
    "recent": _("Recent changes"),
    "recent_nothing": _("No change is recorded."),
    "rel_implements": _("Carries the network"),
    "rel_implements_back": _("Carried by"),
    "rel_lower": _("Sits on"),
    "rel_lower_back": _("Carries"),
    "rel_peer": _("Other end of the pair"),
    "rel_peer_back": _("Other end of the pair"),
    "rel_port": _("Port of"),
    "rel_port_back": _("Ports"),
    "rel_underlay": _("Carried over"),
    "rel_underlay_back": _("Carries the tunnels"),
    "routes": _("Routes"),
    "rules": _("Rules"),
    "scope": _("scope"),
    "show_on_board": _("Show on the board"),
    "source_engine": _("engine's side"),
    "source_kernel": _("kernel's side"),
    "source_observer": _("observer"),
    "source_state_absent": _("missing"),
    "source_state_live": _("live"),
    "source_state_stale": _("stale"),
    "stale_since": _("stale since {time}"),
    "static": _("(asked for)"),
    "swarm": "Swarm",
    "switched": _("switched"),
    "switched_off": _("off"),
    "switched_on": _("on"),
    "sysctls": _("Forwarding settings"),
    "tables": _("Neighbours and forwarding"),
    "tables_nothing": _("Both tables are empty."),
    "tree": _("Everything on the board"),
    "uplinks": _("Uplinks"),
    "used": _("used"),
    "used_of": _("{used} of {size}"),
}

BOARD: Mapping[str, object] = {
    "container": _("{n} container"),
    "containers": _("{n} containers"),
    "network": _("{n} network"),
    "networks": _("{n} networks"),
    "running": _("{n} running"),
    "routes": _("routing · {n} routes"),
    "via": _("default via {gateway}"),
    "forwardingOff": _("forwarding off"),
    "nat": _("NAT for {n}"),
    "publishes": _("publishes"),
    "host": _("host network"),
    "none": _("no network"),
    "other": _("other containers"),
    "spaces": _("namespaces outside Docker"),
    "folded": _("{n} folded"),
    "internal": _("internal, no way out"),
    "hostNamespace": _("host"),
    "nameless": _("nameless"),
    "title": _("Container networks"),
}


class _Params(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _percent_to_braces(text: str) -> str:
    """The sentences of `hosts` are written for `%`; the page's script fills braces."""
    return text.replace("%(", "{").replace(")s", "}")


def say(text: object, params: Mapping[str, object] | None = None) -> str:
    """A text with its parameters filled in; what is missing becomes `?`."""
    return str(text).format_map(_Params(params or {}))


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence for a code of a warning or a silent source, in the current language; an unknown code as it is."""
    if code in WARNINGS:
        return say(WARNINGS[code], params)
    if code in SENTENCES:
        return say(_percent_to_braces(translate(SENTENCES[code])), params)
    return code


def state(word: str) -> str:
    """A state in the current language."""
    return str(STATES.get(word, word))


def kind(word: str) -> str:
    """A kind in the current language; unknown ones under the kernel's own name."""
    return str(KINDS.get(word, word))


def block() -> dict[str, str]:
    """Everything that the page's script says, in the current language."""
    words = {key: str(text) for key, text in PAGE.items()}
    words |= {f"state_{key}": str(text) for key, text in STATES.items()}
    words |= {f"kind_{key}": str(text) for key, text in KINDS.items()}
    words |= {f"code_{key}": str(text) for key, text in WARNINGS.items()}
    words |= {f"code_{key}": _percent_to_braces(translate(text)) for key, text in SENTENCES.items()}
    words |= {f"learn_{key}": str(text) for key, text in LEARN.items()}
    words |= {f"kind_of_{key}": str(text) for key, text in operations.KINDS.items()}
    words |= {f"op_{state.value}": str(state.label) for state in OperationState}
    words |= {f"step_{key}": str(text) for key, text in operations.STEPS.items()}
    words |= {f"stepstate_{key}": str(text) for key, text in operations.STEP_STATES.items()}
    words |= {f"board_{key}": str(text) for key, text in BOARD.items()}
    words |= words_probes.block()
    return words
