"""Words for sweeps, in the reader’s language: what an address is, why it is silent, why a sweep was refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from netboard.core.errors import NetboardError
from netboard.operations.words import FAILED as OPERATIONS_FAILED
from netboard.operations.words import fill

KINDS: Mapping[str, Any] = {
    "endpoint": _("container"),
    "gateway": _("gateway"),
    "kernel": _("kernel address"),
    "stranger": _("stranger"),
    "silent": _("silent"),
    "free": _("free"),
}

MEANINGS: Mapping[str, Any] = {
    "endpoint": _("An endpoint that the engine knows, and it answers."),
    "gateway": _("The network's gateway."),
    "kernel": _("An address of a kernel device that the engine does not know."),
    "stranger": _("It answers, and neither engine nor kernel know it."),
    "silent": _("It is known, and it does not answer."),
    "free": _("Nobody has it."),
}

METHODS: Mapping[str, Any] = {"arp": "ARP", "ndp": "NDP", "icmp": "ICMP", "tcp": "TCP"}
PORT_STATES: Mapping[str, Any] = {"open": _("open"), "closed": _("closed"), "silent": _("silent")}

EXPLANATIONS: Mapping[str, Any] = {
    "stopped": _("{name} is stopped, so nobody has the address now."),
    "exited": _("{name} has ended, so nobody has the address now."),
    "gone": _("{name} vanished while it was being asked."),
    "paused": _("{name} is paused: its kernel answers, its processes do not."),
    "interface_down": _("The interface of {name} is down."),
    "no_address": _("The engine gave {name} the address {address}, but the interface in it has none."),
    "filtered": _("{name} runs, its interface is up and has the address: something filters what is asked."),
    "no_answer": _("{name} should answer and does not; why cannot be told from here."),
    "conflict": _("Several machines claim this address: {macs}."),
    "moved": _("It answers with the MAC {mac}, but the engine gave {expected}: the address is another machine’s now."),
    "stranger": _("Somebody who is not known here answers."),
    "stranger_known": _("{owner} answers here, without the engine’s word for it."),
    "gateway": _("The gateway of {name}."),
    "kernel_address": _("An address of {name} that the engine does not know."),
    "duplicates": _("Answers beyond the first: {count}."),
    "late": _("It answered late, after the others had been waited for."),
    "wrong_sender": _("{address} answered in its stead."),
}
"""Of what agents tell (`core.probes.explain`)."""

FAILED: Mapping[str, Any] = {
    "sweep_overdue": _("It did not end within {seconds} s; what was found until then is kept."),
    "sweep_lost": _("Its worker was lost {deliveries} times; what was found until then is kept."),
    "out_of_time": _("Its time was up; what was found until then is kept."),
    "namespace_gone": _("The namespace that it was asked from is gone; what was found until then is kept."),
    "source_gone": _("The container that it was asked from is gone."),
    "network_gone": _("The network is not there any more."),
    "kernel_denied": _("The agent may not send packets here; it needs root."),
    "kernel_unsupported": _("This kernel lacks what a sweep needs."),
    "engine_silent": _("The engine does not answer, so nobody could check what may be swept."),
    "probe_ended": _("The process that asked ended before it was done; the agent’s log says more."),
    "device_absent": _("The device to ask by is not there any more."),
    "engine_absent": _("No engine answers the agent, so nobody could check what may be swept."),
    "engine_denied": _("The agent may not speak to the engine, so nobody could check what may be swept."),
    "no_source": _("Nothing on this host is attached to {network} ({driver}), so there is no place to ask from."),
    "job_malformed": _("The agent could not make sense of it; are board and agent of one version?"),
    "source_stopped": _("{container} does not run, so nothing can be asked from it."),
    "range_leaves_machine": _("{cidr} would be asked by {device}, which leads off this machine and is not opened."),
    "given_up": _("No agent took it within {seconds} s; is the prober of this host running?"),
}

REFUSALS: Mapping[str, Any] = {
    "range_invalid": _("“{cidr}” is no range; write it like 10.20.0.0/24."),
    "range_host_bits": _("{cidr} has host bits set; the range is {meant}."),
    "range_too_large": _("{cidr} is too large; a sweep is a /16 at most."),
    "range_special": _("{cidr} lies in {range}, where no network’s containers are."),
    "range_outside": _("{cidr} is in no subnet that this host’s engine reports, in no pool, and nobody opened it."),
    "range_not_of_network": _("{cidr} is not a part of {network}."),
    "network_not_opened": _(
        "{network} ({driver}) reaches beyond this machine; an administrator has to open it for sweeps first."
    ),
    "network_without_addresses": _("{network} has no addresses of its own, so there is nothing to sweep."),
    "network_or_range": _("Choose a network, or name a range."),
    "ports": _("Up to {most} ports, each of 1 to 65535."),
    "sweep_too_large": _("That asks {probes} questions; a sweep asks {most} at most."),
    "nobody_to_ask": _("{network} ({driver}) is only reached from its containers, and none runs."),
    "source_reaches_out": _("{container} would ask by {network}, which reaches beyond this machine and is not opened."),
    "sweeps_at_once": _("{most} of your sweeps are under way, as many as you may have; wait for one or cancel it."),
    "sweeps_per_hour": _("You asked for {most} sweeps within an hour, as many as you may; try again later."),
    "too_late": _("It has ended already."),
    "opened_already": _("That is open already."),
    "nothing_to_open": _("This network does not reach beyond its hosts; it need not be opened."),
}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of an explanation or of a failure; an unknown code stands for itself, with its parameters."""
    if code == "stranger" and params and params.get("owner"):
        code = "stranger_known"
    for words in (EXPLANATIONS, FAILED, REFUSALS, OPERATIONS_FAILED):
        if code in words:
            return fill(str(words[code]), {name: _shown(value) for name, value in (params or {}).items()})
    values = ", ".join(f"{name}: {_shown(value)}" for name, value in (params or {}).items())
    return f"{code} ({values})" if values else code


def sentences(phrases: Iterable[Mapping[str, Any]]) -> str:
    """An explanation as running text; empty where there is nothing to say."""
    return " ".join(sentence(each["code"], each.get("params")) for each in phrases)


def refusal(error: NetboardError) -> str:
    """Why something was refused, in the reader's language where the sentence is known in it."""
    for known in (REFUSALS, FAILED):
        if error.code in known:
            return fill(str(known[error.code]), error.params)
    return str(error)


def kind(code: str) -> str:
    """What a kind of address is called."""
    return str(KINDS.get(code, code))


def _shown(value: Any) -> Any:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else value
