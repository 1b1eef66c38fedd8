"""From incidents to alerts: what has one cause is one alert; who is told of it, and who has seen it.

incident ─ some seconds, for others that have the same cause ─► alert ─ unless silenced ─► deliveries
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from netboard.accounts.access import Visible
from netboard.accounts.audit import Actor, record
from netboard.core.errors import BusUnavailable, Conflict, Invalid, Missing
from netboard.core.ids import network_id
from netboard.core.ports import HostGraph
from netboard.core.probes.causes import Group, Thing, group
from netboard.networks import graphs
from netboard.probes.monitors.incidents import PROBLEMS, node_of
from netboard.probes.monitors.models import (
    Alert,
    Channel,
    Delivery,
    Incident,
    Kind,
    Monitor,
    Series,
    Silence,
    State,
)

GATHER: Final = timedelta(seconds=5)
"""How long an incident waits for others beyond the interval in which they would show."""
LONGEST: Final = timedelta(seconds=60)
KEPT: Final = timedelta(days=90)
"""How long closed alerts are kept."""
LONGEST_SILENCE: Final = timedelta(days=90)


def turn() -> None:
    """Group new incidents, close alerts that are over, and put deliveries into the outbox."""
    now = timezone.now()
    waiting = Incident.objects.filter(closed=None, alert=None).select_related("series__monitor")
    hosts: dict[str, list[Incident]] = defaultdict(list)
    for incident in waiting:
        hosts[incident.host].append(incident)
    for host, found in hosts.items():
        _gather(host, found, now)
    _close(now)
    _announce(now)


def _patience(incident: Incident) -> timedelta:
    return min(timedelta(seconds=incident.series.monitor.interval), LONGEST) + GATHER


def _gather(host: str, waiting: Sequence[Incident], now: datetime) -> None:
    """Make alerts of one host's new incidents, or add these to alerts that are open."""
    rows = list(Series.objects.filter(monitor__host=host, ended=None).select_related("monitor"))
    graph = _graph(host)
    broken = _broken(graph)
    keys = {f"{row.monitor_id}:{row.key}": row for row in rows}
    things = [_thing(key, row, graph) for key, row in keys.items() if row.state != State.UNKNOWN]
    incidents = {f"{one.series.monitor_id}:{one.series.key}": one for one in waiting}
    ripe = {key for key, one in incidents.items() if now - one.opened >= _patience(one)}
    for found in group(host, things, broken):
        new = [incidents[key] for key in found.members if key in incidents]
        if new and (found.evidence == "bridge_down" or any(key in ripe for key in found.members) or _open(host, found)):
            _raise(host, found, new, graph)


def _open(host: str, found: Group) -> Alert | None:
    return Alert.objects.filter(host=host, cause=found.cause, thing=found.thing, closed=None).first()


@transaction.atomic
def _raise(host: str, found: Group, new: Sequence[Incident], graph: HostGraph | None) -> None:
    worst = State.DOWN if any(one.worst == State.DOWN for one in new) else State.DEGRADED
    alert = _open(host, found)
    if alert is None:
        alert = Alert(host=host, cause=found.cause, thing=found.thing, worst=worst, evidence=found.evidence)
        alert.opened = min(one.opened for one in new)
        alert.name = _name(found, new[0], graph)[:300]
        alert.save()
    elif worst == State.DOWN and alert.worst != State.DOWN:
        alert.worst = worst
        alert.save(update_fields=["worst"])
    Incident.objects.filter(pk__in=[one.pk for one in new]).update(alert=alert)


def _name(found: Group, first: Incident, graph: HostGraph | None) -> str:
    if found.cause == "monitor":
        monitor = first.series.monitor
        return first.series.label or monitor.target_name or monitor.name
    node = graph.nodes.get(found.thing) if graph else None
    return node["name"] if node else found.thing


def _graph(host: str) -> HostGraph | None:
    try:
        return graphs.of(host)
    except BusUnavailable:
        return None


def _broken(graph: HostGraph | None) -> set[str]:
    """Networks whose bridge is switched off or missing."""
    if graph is None:
        return set()
    found = {
        node["id"]
        for node in graph.nodes.values()
        if node["kind"] == "network" and any(each["code"] == "bridge_missing" for each in node["warnings"])
    }
    for edge in graph.edges.values():
        device = graph.nodes.get(edge["source"]) if edge["kind"] == "implements" else None
        if device is not None and edge["target"] and device["facts"].get("up") is False:
            found.add(edge["target"])
    return found


def _thing(key: str, row: Series, graph: HostGraph | None) -> Thing:
    monitor = row.monitor
    container = node_of(monitor, row.key)
    network = network_id(monitor.host, monitor.network) if monitor.network else ""
    node = graph.nodes.get(container) if graph else None
    if not network and node is not None and monitor.kind != Kind.ADDRESS:
        network = str(node["facts"].get("primary") or "")
    return Thing(key, network, container if ".c." in container else "", row.state in PROBLEMS)


@transaction.atomic
def _close(now: datetime) -> None:
    """An alert ends with its last incident."""
    still = Incident.objects.filter(closed=None, alert__closed=None).values_list("alert", flat=True)
    for alert in Alert.objects.select_for_update().filter(closed=None).exclude(pk__in=set(still)):
        ends = alert.incidents.order_by("-closed").values_list("closed", flat=True).first()
        alert.closed = ends or now
        alert.save(update_fields=["closed"])


@transaction.atomic
def _announce(now: datetime) -> None:
    """Put messages into the outbox: of what is open and was not told, and of the end of what was told."""
    channels = list(Channel.objects.filter(enabled=True))
    for alert in Alert.objects.filter(closed=None, told=None, acknowledged=None):
        if silence_of(alert, now) is None:
            alert.told = now
            alert.save(update_fields=["told"])
            _deliver(alert, "opened", channels, now)
    for alert in Alert.objects.filter(told_end=False).exclude(told=None).exclude(closed=None):
        alert.told_end = True
        alert.save(update_fields=["told_end"])
        told = set(alert.deliveries.filter(event="opened").values_list("channel", flat=True))
        _deliver(alert, "closed", [each for each in channels if each.pk in told], now)


def _deliver(alert: Alert, event: str, channels: Iterable[Channel], now: datetime) -> None:
    Delivery.objects.bulk_create(
        [
            Delivery(channel=channel, alert=alert, event=event, due=now)
            for channel in channels
            if not channel.hosts or alert.host in channel.hosts
        ],
        ignore_conflicts=True,
    )


def silence_of(alert: Alert, now: datetime) -> Silence | None:
    """The silence that an alert falls under now."""
    monitors: set[int] | None = None
    for silence in Silence.objects.filter(host=alert.host, until__gt=now):
        if silence.thing and silence.thing != alert.thing:
            continue
        if silence.monitor_id is not None:
            if monitors is None:
                monitors = set(alert.incidents.values_list("series__monitor", flat=True))
            if monitors != {silence.monitor_id}:
                continue
        return silence
    return None


def acknowledge(actor: Actor, visible: Visible, alert_id: int, note: str = "") -> Alert:
    """Say that somebody has seen it and looks after it. Raises `Missing`, `Conflict` where somebody has already."""
    with transaction.atomic():
        alert = of(visible).select_for_update().filter(pk=alert_id).first()
        if alert is None:
            raise Missing("There is no such alert.", code="alert_missing")
        if alert.acknowledged is not None:
            raise Conflict(
                f"{alert.acknowledged_by} looks after it already.",
                code="acknowledged",
                params={"person": alert.acknowledged_by},
            )
        record(actor, "alert.acknowledge", alert.pk, host=alert.host, cause=alert.cause, about=alert.thing, note=note)
        alert.acknowledged, alert.acknowledged_by, alert.note = timezone.now(), actor.name[:150], note[:500]
        alert.save(update_fields=["acknowledged", "acknowledged_by", "note"])
    return alert


def silence(actor: Actor, host: str, until: datetime, monitor: int | None, thing: str, reason: str) -> Silence:
    """Have nobody told of this until then. Raises `Invalid`, `Missing`."""
    now = timezone.now()
    if not now < until <= now + LONGEST_SILENCE:
        raise Invalid("A silence ends in the future, within 90 days.", field="until", code="silence_until")
    if monitor is not None and not Monitor.objects.filter(pk=monitor, host=host).exists():
        raise Missing("There is no such monitor on this host.", code="monitor_missing")
    with transaction.atomic():
        record(actor, "silence.create", host, until=until.isoformat(), monitor=monitor, about=thing, reason=reason)
        return Silence.objects.create(
            host=host,
            monitor_id=monitor,
            thing=thing[:300],
            until=until,
            reason=reason[:500],
            person_name=actor.name[:150],
        )


def unsilence(actor: Actor, visible: Visible, silence_id: int) -> None:
    """End a silence now. Raises `Missing`."""
    with transaction.atomic():
        row = silences(visible).filter(pk=silence_id).first()
        if row is None:
            raise Missing("There is no such silence.", code="silence_missing")
        record(actor, "silence.delete", row.pk, host=row.host)
        row.delete()


def of(visible: Visible) -> QuerySet[Alert]:
    """The alerts that may be seen."""
    rows = Alert.objects.all()
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)


def silences(visible: Visible) -> QuerySet[Silence]:
    """The silences that may be seen and have not ended."""
    rows = Silence.objects.filter(until__gt=timezone.now())
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)


def forget(now: datetime) -> None:
    """Remove what is too old."""
    Alert.objects.filter(closed__lt=now - KEPT).delete()
    Incident.objects.filter(closed__lt=now - KEPT).delete()
    Silence.objects.filter(until__lt=now - KEPT).delete()


def members_of(alerts: Iterable[Alert]) -> Mapping[int, list[Incident]]:
    """The incidents of alerts, by alert, each with series and monitor; the worst and oldest first."""
    found: dict[int, list[Incident]] = {alert.pk: [] for alert in alerts}
    rows = Incident.objects.filter(alert__in=found).select_related("series__monitor").order_by("-worst", "opened")
    for row in rows:
        if row.alert_id is not None:
            found[row.alert_id].append(row)
    return found
