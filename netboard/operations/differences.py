"""Differences of all hosts that somebody sees, in words, with what would mend them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from netboard.accounts.access import Visible
from netboard.core.change.specs import NetworkCreate, NetworkRecreate, parse
from netboard.core.drift import Difference, Record, differences
from netboard.core.errors import Invalid
from netboard.networks import graphs
from netboard.operations.models import Operation
from netboard.operations.words import fill

MOST = 60
"""Hosts that are compared at once: each is read whole."""

WORDS: Mapping[str, Any] = {
    "recorded_network_missing": _("netboard made the network {name}, but the engine has it no more: removed outside."),
    "recorded_container_missing": _("netboard ran {name}, but the engine has it no more: removed outside."),
    "network_differs": _("{name}: {field} is {found}, but netboard made it with {recorded}."),
    "bridge_orphaned": _("{bridge} looks like a bridge that Docker left behind. netboard never removes it by itself."),
    "bridge_missing": _("The engine lists {name}, but its bridge {bridge} does not exist."),
    "endpoint_without_interface": _("The engine says that {name} is on {network}, but no interface in it is."),
    "address_differs": _("{name}: the engine gave {engine} on {network}, the kernel has {kernel}."),
    "mac_differs": _("{name}: the engine gave the MAC {engine} on {network}, the kernel has {kernel}."),
    "label_without_record": _("{name} carries netboard's label but is not in its record, so it counts as foreign."),
}
REPAIRS: Mapping[str, Any] = {
    "recorded_network_missing": _("Create it again, or leave it."),
    "recorded_container_missing": _("Run it again, or leave it."),
    "network_differs": _("Recreate it with the recorded settings, or leave it."),
    "bridge_missing": _("Recreate the network; its containers are put back."),
    "endpoint_without_interface": _("Disconnect the container and connect it again."),
    "address_differs": _("Disconnect the container and connect it again, or take the address out by hand."),
    "mac_differs": _("Disconnect the container and connect it again."),
}


def all_of(visible: Visible, only: str = "") -> list[dict[str, Any]]:
    """All differences of one host, or of all; of a large fleet, of those hosts on which netboard made something."""
    hosts = [host for host in visible.among(graphs.hosts()) if only in ("", host)]
    if len(hosts) > MOST:
        ours = set(Operation.objects.filter(state="done").values_list("host", flat=True).distinct())
        hosts = [host for host in hosts if host in ours][:MOST]
    return [_out(host, one) for host in hosts for one in _of_host(host)]


def _of_host(host: str) -> list[Difference]:
    graph = graphs.of(host)
    return differences(graph.nodes, records(host)) if graph is not None else []


def records(host: str) -> list[Record]:
    """What netboard made on a host and has not removed."""
    made: dict[str, Record] = {}
    for row in Operation.objects.filter(host=host, state="done").order_by("ended"):
        gone = row.spec.get("network") if row.kind in ("network.delete", "network.recreate") else None
        gone = row.spec.get("container") if row.kind == "container.remove" else gone
        if gone:
            made.pop(gone, None)
        if row.kind in ("network.create", "network.recreate") and row.recorded.get("network"):
            made[row.recorded["network"]] = Record(row.pk, "network", row.recorded["network"], row.subject, _spec(row))
        elif row.kind == "container.run" and row.recorded.get("container"):
            made[row.recorded["container"]] = Record(row.pk, "container", row.recorded["container"], row.subject)
    return list(made.values())


def _spec(row: Operation) -> NetworkCreate | None:
    try:
        spec = parse(row.kind, row.spec)
    except Invalid:
        return None  # it was written by an older version
    return spec.changes if isinstance(spec, NetworkRecreate) else spec if isinstance(spec, NetworkCreate) else None


def _out(host: str, one: Difference) -> dict[str, Any]:
    by_hand = " ".join(one.repair)
    return {
        "code": one.code,
        "host": host,
        "node": one.node,
        "message": fill(str(WORDS[one.code]), one.params),
        "repair": by_hand or str(REPAIRS.get(one.code, "")),
        "params": one.params,
    }
