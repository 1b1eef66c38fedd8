"""What changes monitors, schedules and channels: each with its audit entry, in one transaction."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from ipaddress import ip_address, ip_network
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from netboard.accounts.access import Visible
from netboard.accounts.audit import Actor, record
from netboard.core.errors import Conflict, Invalid, Missing
from netboard.core.ports import HostGraph
from netboard.core.probes.model import Window
from netboard.core.probes.targets import Why, World, resolve
from netboard.core.wire import Node
from netboard.hosts.models import Host
from netboard.networks import graphs, reading
from netboard.probes.monitors import incidents, plans, ranges
from netboard.probes.monitors.models import Channel, Kind, Monitor, Series, SweepSchedule
from netboard.wiring import build

MOST: Final = 2000
"""Monitors of one host."""
RATE: Final = 400.0
"""Probes a second that all monitors of a host may come to."""
CHANGEABLE: Final = (
    *("name", "interval", "jitter", "timeout", "window", "down_after", "up_after", "loss", "slow_us", "enabled"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to be asked. References are full ids, netboard's ids or unique names on the host."""

    host: str
    kind: str
    name: str = ""
    source: str = ""
    """The container that asks; empty: the host."""
    container: str = ""
    network: str = ""
    address: str = ""
    port: int = 0
    protocol: str = "icmp"


def create(actor: Actor, visible: Visible, wanted: Wanted, how: Mapping[str, Any]) -> Monitor:
    """Make a monitor; `how`: of `CHANGEABLE`. Raises `Invalid`, `Missing`, `Conflict` where it may not be asked."""
    graph = graph_of(visible, wanted.host)
    row = Monitor(host=wanted.host, kind=wanted.kind, port=wanted.port, protocol=wanted.protocol)
    _bind(row, visible, wanted)
    _KINDS[Kind(wanted.kind)](row, wanted, graph)
    if row.kind == Kind.PUBLISHED and row.predicted:
        _ask_from_outside(row, visible, graph)
    for field, value in how.items():
        setattr(row, field, value)
    check(row)
    row.name = (wanted.name or f"{row.source_name or row.host} → {row.target_name}")[:200]
    world = _world(graph if not row.about else graph_of(visible, row.host))
    watch = plans.watch_of(row)
    for _, found in resolve(world, watch, ranges.opened(row.host)):
        if isinstance(found, Why) and found.code == "not_allowed":
            raise Conflict(
                "That address lies outside of what this host may ask; an administrator can open the range.",
                code="not_allowed",
            )
    row.person, row.person_name = actor.person, actor.name[:150]
    with transaction.atomic():
        _check_load(row)
        record(actor, "monitor.create", row.name, host=row.host, watch=watch)
        row.save(force_insert=True)
        if row.kind != Kind.NETWORK:
            Series.objects.create(monitor=row, label=row.target_name)
    return row


def change(actor: Actor, row: Monitor, how: Mapping[str, Any]) -> Monitor:
    """Change how a monitor asks, or switch it on or off. Raises `Invalid`."""
    before = {field: getattr(row, field) for field in how}
    for field, value in how.items():
        setattr(row, field, value)
    check(row)
    _check_load(row)
    with transaction.atomic():
        record(actor, "monitor.change", row.pk, host=row.host, before=before, after=dict(how))
        row.save(update_fields=[*how, "changed"])
        if not row.enabled:
            _rest(row)
    return row


def _check_load(row: Monitor) -> None:
    """Raises `Conflict` where a host would have too much to ask."""
    others = list(
        Monitor.objects.filter(host=row.host, enabled=True).exclude(pk=row.pk).values_list("interval", flat=True)
    )
    if len(others) >= MOST or sum(1 / each for each in [*others, row.interval]) > RATE:
        raise Conflict(
            f"A host has at most {MOST} monitors and {RATE:g} probes a second; remove some, or ask less often.",
            code="too_many_monitors",
        )


def _rest(row: Monitor) -> None:
    """Nothing is known any more of what is not asked, and nothing is wrong with it."""
    for series in row.series.select_related("incident"):
        incidents.close(series, timezone.now())
        series.state, series.since, series.code, series.memory = "unknown", timezone.now(), "", []
        series.save()


def delete(actor: Actor, row: Monitor) -> None:
    """Remove a monitor with its history. Raises `Conflict` for the default one, which can be switched off."""
    if row.kind == Kind.GATEWAYS:
        raise Conflict("The default monitor cannot be removed; switch it off.", code="default_monitor")
    with transaction.atomic():
        record(actor, "monitor.delete", row.pk, host=row.host, name=row.name)
        row.delete()


def check(row: Monitor) -> None:
    """Raises `Invalid` for what makes no sense together."""
    for field, least, most in (
        *(("interval", 1, 86_400), ("jitter", 0, 0.5), ("timeout", 0.05, 10)),
        *(("down_after", 1, 100), ("up_after", 1, 100), ("loss", 0, 1), ("slow_us", 0, 10_000_000)),
    ):
        if not least <= getattr(row, field) <= most:
            raise Invalid(f"{field} is between {least:g} and {most:g}.", field=field, code="out_of_range")
    if row.timeout > row.interval / 2:
        raise Invalid("The timeout is at most half of the interval.", field="timeout", code="timeout_long")
    if row.protocol == "tcp" and not 1 <= row.port <= 65_535:
        raise Invalid("TCP needs a port of 1 to 65535.", field="port", code="port_missing")
    if row.window is not None:
        check_window(row.window)


def check_window(window: Window) -> None:
    """Raises `Invalid` for hours that are none."""
    try:
        since, until = time.fromisoformat(window["since"]), time.fromisoformat(window["until"])
        ZoneInfo(window["zone"] or "UTC")
    except (ValueError, KeyError, OSError) as error:
        raise Invalid("Hours are like 08:00, zones like Europe/Paris.", field="window", code="window") from error
    if since == until or not all(0 <= day <= 6 for day in window["days"]):
        raise Invalid("Hours begin and end at different times, on days 0 to 6.", field="window", code="window")


def graph_of(visible: Visible, host: str) -> HostGraph:
    """The graph of a host that may be seen and has a key. Raises `Missing`, `Conflict`."""
    graph = graphs.of(host) if visible.sees(host) else None
    if graph is None:
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})
    if not Host.objects.filter(pk=host).exclude(secret="").exists():
        raise Conflict("This host is not enrolled, so its prober would refuse the plan; enrol it.", code="not_enrolled")
    return graph


def _world(graph: HostGraph) -> World:
    world = World()
    world.put(graph.nodes.values(), graph.edges.values())
    return world


def _bind(row: Monitor, visible: Visible, wanted: Wanted) -> None:
    """Find what names mean, once: a name that is given to another container later does not move the monitor."""
    if wanted.source:
        source = reading.find(visible, "container", wanted.source, wanted.host)
        row.source, row.source_name = _full(source), source["name"][:300]
    if wanted.container:
        container = reading.find(visible, "container", wanted.container, wanted.host)
        row.container, row.target_name = _full(container), container["name"][:300]
    if wanted.network:
        network = reading.find(visible, "network", wanted.network, wanted.host)
        row.network = _full(network)
        row.target_name = row.target_name or network["name"][:300]


def _full(node: Node) -> str:
    return str(node["facts"].get("id", ""))


def _need(value: object, field: str, sentence: str) -> None:
    if not value:
        raise Invalid(sentence, field=field, code="missing")


def _gateway(row: Monitor, wanted: Wanted, graph: HostGraph) -> None:
    _need(row.source, "source", "Say which container asks its gateway.")
    row.protocol, row.port = "icmp", 0
    row.target_name = f"gateway of {row.target_name}"[:300] if row.network else "gateway"


def _container(row: Monitor, wanted: Wanted, graph: HostGraph) -> None:
    _need(row.container, "container", "Say which container is asked.")


def _network(row: Monitor, wanted: Wanted, graph: HostGraph) -> None:
    _need(row.network, "network", "Say which network's containers are asked.")


def _address(row: Monitor, wanted: Wanted, graph: HostGraph) -> None:
    try:
        row.address = str(ip_address(wanted.address))
    except ValueError as error:
        raise Invalid("An IPv4 or IPv6 address is needed.", field="address", code="address") from error
    row.target_name = row.address


def _published(row: Monitor, wanted: Wanted, graph: HostGraph) -> None:
    """From another registered host where one may ask there; else from the host itself, and then it is a prediction."""
    _need(row.container, "container", "Say whose published port is asked.")
    ports = [
        edge["facts"]
        for edge in graph.edges.values()
        if edge["kind"] == "publishes"
        and edge["target"]
        and graph.nodes[edge["target"]]["facts"].get("id") == row.container
    ]
    found = next((each for each in ports if each["host_port"] == wanted.port and each["protocol"] == "tcp"), None)
    if found is None:
        raise Missing(f"It publishes no TCP port {wanted.port}.", code="port_missing", params={"port": wanted.port})
    row.protocol, row.address = "tcp", str(found["host_ip"])
    row.predicted = not ip_address(row.address).is_loopback


def _ask_from_outside(row: Monitor, visible: Visible, graph: HostGraph) -> None:
    """Have another registered host ask, where an administrator opened the way there."""
    addresses = [row.address] if not ip_address(row.address).is_unspecified else list(_world(graph).own_addresses())
    for other in Host.objects.exclude(pk=row.host).exclude(secret="").order_by("pk"):
        allowed = [ip_network(cidr) for cidr in ranges.opened(other.pk)] if visible.sees(other.pk) else []
        near = next((one for one in addresses if any(ip_address(one) in cidr for cidr in allowed)), None)
        if near is not None and graphs.of(other.pk) is not None:
            row.about, row.host, row.address, row.predicted = row.host, other.pk, near, False
            row.source = row.source_name = ""
            return


_KINDS: Final = {
    Kind.GATEWAY: _gateway,
    Kind.CONTAINER: _container,
    Kind.NETWORK: _network,
    Kind.ADDRESS: _address,
    Kind.PUBLISHED: _published,
}


def create_schedule(actor: Actor, visible: Visible, host: str, network: str, interval: float) -> SweepSchedule:
    """Have a network swept again and again. Raises `Invalid`, `Missing`."""
    if not 300 <= interval <= 30 * 86_400:
        raise Invalid("Every 300 s to 30 days.", field="interval", code="out_of_range")
    graph_of(visible, host)
    node = reading.find(visible, "network", network, host)
    with transaction.atomic():
        record(actor, "schedule.create", node["name"], host=host, network=_full(node), interval=interval)
        return SweepSchedule.objects.create(
            host=host,
            network=_full(node),
            network_name=node["name"][:300],
            interval=interval,
            person=actor.person,
            person_name=actor.name[:150],
        )


def delete_schedule(actor: Actor, row: SweepSchedule) -> None:
    """End a schedule; the sweeps it made stay."""
    with transaction.atomic():
        record(actor, "schedule.delete", row.pk, host=row.host, network=row.network)
        row.delete()


def create_channel(actor: Actor, values: Mapping[str, Any]) -> Channel:
    """Make a channel; of a webhook, its secret is told this once. Raises `Invalid`, `Conflict`."""
    row = Channel(**values)
    if row.kind == Channel.Kind.WEBHOOK:
        build.webhook_check()(row.target)
        row.secret = secrets.token_urlsafe(32)
    else:
        try:
            validate_email(row.target)
        except ValidationError as error:
            raise Invalid("An e-mail address is needed.", field="target", code="email") from error
    try:
        with transaction.atomic():
            record(actor, "channel.create", row.name, kind=row.kind, target=row.target, hosts=row.hosts)
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("There is a channel of that name.", code="name_taken") from error
    return row


def delete_channel(actor: Actor, row: Channel) -> None:
    """Remove a channel; nothing is sent there any more."""
    with transaction.atomic():
        record(actor, "channel.delete", row.name, kind=row.kind, target=row.target)
        row.delete()
