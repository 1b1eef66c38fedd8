"""Words for monitors and alerts, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from netboard.probes.monitors.models import Alert, Cause, Monitor

EVENTS: Mapping[str, Any] = {"opened": _("Alert"), "closed": _("Over")}

CODES: Mapping[str, Any] = {
    "": "",
    "no_answer": _("No answer in time."),
    "refused": _("The port is closed: the connection was refused."),
    "unreachable": _("The kernel knows no way there, or nobody has the address."),
    "filtered": _("A filter forbids it."),
    "gone": _("The container is gone."),
    "stopped": _("The container is stopped."),
    "paused": _("The container is paused; its kernel answers all the same."),
    "no_address": _("It has no address on that network."),
    "no_gateway": _("The network has no gateway."),
    "no_namespace": _("The namespace it is asked from cannot be entered."),
    "source_gone": _("The container that asks is gone."),
    "source_stopped": _("The container that asks is stopped."),
    "not_allowed": _("The address lies outside of what this host may ask; an administrator can open the range."),
    "observer_away": _("The host's observer is away, so nobody knows."),
    "engine_away": _("It does not answer, but the engine is away as well, so nobody knows why."),
    "not_asked": _("Nobody has asked for a while: the host's prober is away, or it is outside of its hours."),
}

EVIDENCE: Mapping[str, Any] = {
    "bridge_down": _("The network's bridge is down or missing."),
    "all_silent": _("Nearly everything that is asked there fails."),
    "several": _("Several monitors of this container fail."),
    "": _("Nothing else fails together with it."),
}


def code(value: str) -> str:
    """Why something does not answer, as a sentence."""
    return str(CODES.get(value, value))


def evidence(alert: Alert) -> str:
    """Why this is taken for the cause."""
    return str(EVIDENCE.get(alert.evidence, alert.evidence))


def title(alert: Alert) -> str:
    """An alert in one line."""
    count = alert.incidents.count()
    what = {
        Cause.HOST: translate("Host {name}: {things}"),
        Cause.NETWORK: translate("Network {name} on {host}: {things}"),
        Cause.CONTAINER: translate("Container {name} on {host}: {things}"),
        Cause.MONITOR: translate("{name} on {host}: {state}"),
    }[Cause(alert.cause)]
    things = ngettext("{count} thing does not answer", "{count} things do not answer", count).format(count=count)
    return what.format(name=alert.name, host=alert.host, things=things, state=alert.get_worst_display())


def asked(monitor: Monitor) -> str:
    """What a monitor asks, from where, in one line."""
    source = monitor.source_name or translate("the host")
    target = monitor.target_name or monitor.address
    if monitor.port:
        target = f"{target}:{monitor.port}"
    if monitor.kind == "gateways":
        return translate("every container → its gateway")
    return f"{source} → {target}"
