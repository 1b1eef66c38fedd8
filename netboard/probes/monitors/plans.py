"""From monitors to the plan that a host's prober works by: signed, with a version that grows with every change."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final, cast

from django.db import transaction

from netboard.core import signing
from netboard.core.probes.model import MonitorPlan, Target, Watch
from netboard.core.probes.ports import ProbeReader
from netboard.hosts.models import Host
from netboard.probes.monitors.models import Kind, Monitor, Plan

VERB: Final = "monitors"
LIFE: Final = 86_400
"""Seconds that a plan counts: a prober that is started while the board is away works by it."""
AGAIN: Final = 60.0
"""Seconds after which a plan is put on the bus again, which may have lost it."""

Opened = Callable[[str], list[str]]
"""The CIDRs that administrators opened on a host."""


def nothing_opened(_host: str) -> list[str]:
    """No range was opened."""
    return []


def watch_of(row: Monitor) -> Watch:
    """A monitor as the prober sees it."""
    values = {
        "container": "" if row.about else row.container,
        "network": "" if row.about else row.network,
        "address": row.address,
        "port": row.port,
        "protocol": row.protocol,
    }
    kind = Kind.ADDRESS if row.about else row.kind
    target = cast("Target", {"kind": str(kind), **{name: value for name, value in values.items() if value}})
    watch = Watch(
        monitor=row.pk,
        interval=row.interval,
        jitter=row.jitter,
        timeout=row.timeout,
        source={"container": row.source} if row.source else {},
        target=target,
    )
    if row.window:
        watch["window"] = row.window
    return watch


def plan_of(host: str, opened: Opened = nothing_opened) -> MonitorPlan:
    """The plan of a host as its monitors stand; its version is the number of the last one."""
    rows = list(Monitor.objects.filter(host=host, enabled=True).order_by("pk"))
    default = next((row for row in rows if row.kind == Kind.GATEWAYS), None)
    body: dict[str, Any] = {
        "watches": [watch_of(row) for row in rows if row.kind != Kind.GATEWAYS],
        "gateways": default is not None,
        "gateway_interval": default.interval if default else 60.0,
        "allowed": opened(host),
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        known, _ = Plan.objects.select_for_update().get_or_create(host=host)
        if known.digest != digest:
            known.version, known.digest = known.version + 1, digest
            known.save()
    return cast("MonitorPlan", {"version": known.version, **body})


def send(bus: ProbeReader, host: Host, opened: Opened = nothing_opened) -> int:
    """Put a host's plan on the bus; answers its version. Raises `BusUnavailable`."""
    plan = plan_of(host.pk, opened)
    order = signing.order(host.pk, VERB, cast("dict[str, Any]", plan), LIFE)
    bus.put_plan(host.pk, signing.sign(order, host.secret))
    return plan["version"]
