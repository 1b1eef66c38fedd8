"""What the recorder writes: events and what is known, each batch with the positions of its logs in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from django.db import transaction
from django.utils import timezone

from netboard.core.feed import Part
from netboard.core.ids import class_of
from netboard.hosts.models import Host
from netboard.networks import causes
from netboard.networks.models import Event, KnownNode, LogPosition
from netboard.networks.summary import differences, endpoint, summary

T = TypeVar("T")

MANY: Final = 200
"""Differences after a restart beyond which only hosts, networks and containers get events (the machine booted anew)."""
_CHUNK: Final = 500
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass
class News:
    """What one host's log brought: one change, or (`whole`) its graph as it is now."""

    host: str
    epoch: str
    seq: int
    at: str
    nodes: dict[str, bytes] = field(default_factory=dict)
    edges: dict[str, bytes] = field(default_factory=dict)
    removed_nodes: set[str] = field(default_factory=set)
    removed_edges: set[str] = field(default_factory=set)
    whole: bool = False
    light: bool = False
    """Devices and namespaces are not recorded (a simulated host)."""

    def take(self, part: Part) -> None:
        """Take in a further change."""
        for put, gone, part_put, part_gone in (
            (self.nodes, self.removed_nodes, part.nodes, part.removed_nodes),
            (self.edges, self.removed_edges, part.edges, part.removed_edges),
        ):
            for object_id in part_gone:
                put.pop(object_id, None)
                gone.add(object_id)
            put.update(part_put)
            gone.difference_update(part_put)


class _Host:
    """The rows of one host that a change touches, before and after."""

    def __init__(self, news: News) -> None:
        self.news = news
        self.before = {row.node: row for row in self._rows()}
        self.events: list[Event] = []
        self.put: dict[str, KnownNode] = {}
        self.gone: set[str] = set()

    def _rows(self) -> Iterator[KnownNode]:
        rows = KnownNode.objects.filter(host=self.news.host)
        if self.news.whole:
            yield from rows
            return
        touched = self.news.nodes.keys() | self.news.removed_nodes
        touched |= {found[0] for each in (*self.news.edges, *self.news.removed_edges) if (found := endpoint(each))}
        for chunk in _batches(touched, _CHUNK):
            yield from rows.filter(node__in=chunk)

    def work_out(self) -> None:
        """Find events and rows."""
        news = self.news
        first = news.whole and not self.before
        networks = self._networks()
        for node_id, raw in news.nodes.items():
            if _skipped(node_id, news.light):
                continue
            node = _decode(raw)
            after = summary(node)
            if networks.get(node_id):
                after["networks"] = sorted(networks[node_id])
            self._upsert(node_id, node["kind"], node["name"], node["slot"], after, quiet=first and node_id != news.host)
        for node_id, names in networks.items():
            row = self.before.get(node_id)
            if row is not None and node_id not in news.nodes and node_id not in news.removed_nodes:
                after = {key: value for key, value in row.summary.items() if key != "networks"}
                if names:
                    after["networks"] = sorted(names)
                self._upsert(node_id, row.kind, row.name, row.slot, after)
        gone = self.before.keys() - news.nodes.keys() if news.whole else news.removed_nodes & self.before.keys()
        for node_id in gone:
            row = self.before[node_id]
            self._event(node_id, row.kind, row.name, Event.Change.REMOVED)
        self.gone = set(gone)
        if news.whole and len(self.events) > MANY:
            classes = ("host", "network", "container")
            self.events = [event for event in self.events if class_of(event.node) in classes]

    def _networks(self) -> dict[str, set[str]]:
        """Of each container that is touched: the networks that it is on afterwards."""
        news = self.news
        found: dict[str, set[str]] = {}
        if not news.whole:
            for row in self.before.values():
                if class_of(row.node) == "container":
                    found[row.node] = set(row.summary.get("networks", ()))
        for edges, present in ((news.removed_edges, False), (news.edges, True)):
            for edge_id in edges:
                if pair := endpoint(edge_id):
                    known = found.setdefault(pair[0], set())
                    known.add(pair[1]) if present else known.discard(pair[1])
        return found

    def _upsert(
        self, node_id: str, kind: str, name: str, slot: int, after: dict[str, Any], quiet: bool = False
    ) -> None:
        row = self.before.get(node_id)
        kind, name = kind[:64], name[:300]
        if row is None:
            if not quiet:
                self._event(node_id, kind, name, Event.Change.APPEARED)
        elif row.summary != after:
            self._event(node_id, kind, name, Event.Change.CHANGED, list(differences(row.summary, after)))
        elif (row.kind, row.name, row.slot) == (kind, name, slot):
            return
        self.put[node_id] = KnownNode(host=self.news.host, node=node_id, kind=kind, name=name, slot=slot, summary=after)

    def _event(self, node: str, kind: str, name: str, change: str, what: list[Any] | None = None) -> None:
        at = _time(self.news.at)
        self.events.append(
            Event(host=self.news.host, at=at, node=node, kind=kind, name=name, change=change, what=what or [])
        )


def record(news: Sequence[News]) -> int:
    """Write what these logs brought; answers the number of events. All of it or, if the database fails, nothing."""
    with transaction.atomic():
        events = 0
        for each in news:
            host = _Host(each)
            host.work_out()
            for gone in _batches(host.gone, _CHUNK):
                KnownNode.objects.filter(host=each.host, node__in=gone).delete()
            KnownNode.objects.bulk_create(
                host.put.values(),
                batch_size=_CHUNK,
                update_conflicts=True,
                unique_fields=["host", "node"],
                update_fields=["kind", "name", "slot", "summary"],
            )
            causes.attribute(each.host, host.events)
            Event.objects.bulk_create(host.events, batch_size=_CHUNK)
            events += len(host.events)
        LogPosition.objects.bulk_create(
            [LogPosition(host=each.host, epoch=each.epoch, seq=each.seq) for each in news],
            update_conflicts=True,
            unique_fields=["host"],
            update_fields=["epoch", "seq"],
        )
    return events


def positions() -> dict[str, tuple[str, int]]:
    """How far each log has been recorded: (epoch, seq)."""
    return {row.host: (row.epoch, row.seq) for row in LogPosition.objects.all()}


def kept_slots() -> dict[str, dict[str, int]]:
    """The slots of all nodes that are known, by host."""
    slots: dict[str, dict[str, int]] = {}
    for host, node, slot in KnownNode.objects.values_list("host", "node", "slot").iterator(chunk_size=5000):
        slots.setdefault(host, {})[node] = slot
    return slots


def kept_places() -> dict[str, int]:
    """The places of all hosts that have one."""
    return {host: place for host, place in Host.objects.values_list("id", "place") if place is not None}


def keep_places(places: Mapping[str, int]) -> None:
    """Keep the places that hosts were given."""
    with transaction.atomic():
        for host, place in places.items():
            Host.objects.filter(pk=host).exclude(place=place).update(place=place)


def prune(days: int, at_once: int = 2000) -> int:
    """Delete events older than so many days, in small transactions; answers how many."""
    limit = timezone.now() - timedelta(days=days)
    total = 0
    while old := list(Event.objects.filter(at__lt=limit).values_list("pk", flat=True)[:at_once]):
        deleted, _ = Event.objects.filter(pk__in=old).delete()
        total += deleted
    return total


def _skipped(node_id: str, light: bool) -> bool:
    return light and class_of(node_id) in ("device", "namespace")


def _time(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return timezone.now()


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
