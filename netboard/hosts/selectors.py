"""What is known of hosts: rows of the database joined with what their observers last said over Redis."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from netboard.accounts.access import Visible
from netboard.core.errors import BusUnavailable, Missing
from netboard.core.ports import BusReader, HostStatus
from netboard.hosts.models import Host, LifeSign
from netboard.wiring import build


@functools.cache
def reader() -> BusReader:
    """This process's reader of the logs."""
    return build.log_reader(settings.NETBOARD)


@dataclass(frozen=True, slots=True)
class Known:
    """A host: its row (None: it only reported), and its last heartbeat (None: silent, or Redis is)."""

    id: str
    row: Host | None
    status: HostStatus | None

    @property
    def title(self) -> str:
        """How people call it."""
        return (self.row.title if self.row else "") or (self.status["title"] if self.status else "") or self.id

    @property
    def age(self) -> float | None:
        """Seconds since the observer's last heartbeat; None if there is none."""
        return age_of(self.status["at"]) if self.status else None

    @property
    def silent(self) -> bool:
        """Whether the observer has said nothing for too long."""
        age = self.age
        return age is None or age > settings.NETBOARD.stale_after


def age_of(at: str | datetime) -> float | None:
    """Seconds since a moment (RFC 3339 or a datetime), never negative; None for what is no moment."""
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            return None
    return max(0.0, (datetime.now(UTC) - at).total_seconds())


def statuses() -> Mapping[str, HostStatus | None]:
    """The last heartbeat of every host on the bus. Raises `BusUnavailable`."""
    hosts = reader().hosts()
    found = reader().statuses(hosts)
    return {host: found.get(host) for host in hosts}


def known_hosts(visible: Visible) -> list[Known]:
    """All hosts that may be seen, by id. While Redis is away, those of the database, without heartbeat."""
    rows = {row.pk: row for row in Host.objects.all()}
    try:
        said = statuses()
    except BusUnavailable:
        said = {}
    ids = visible.among(sorted(rows.keys() | said.keys()))
    return [Known(host, rows.get(host), said.get(host)) for host in ids]


def known_host(visible: Visible, host: str) -> Known:
    """One host. Raises `Missing` also for one that may not be seen: nobody learns that it exists."""
    row = Host.objects.filter(pk=host).first() if visible.sees(host) else None
    status = None
    if visible.sees(host):
        try:
            status = reader().status(host) if row is not None or host in reader().hosts() else None
        except BusUnavailable:
            status = None
    if row is None and status is None:
        raise Missing("There is no such host (any more).", code="host_missing")
    return Known(host, row, status)


def life_sign(process: str) -> tuple[float | None, Mapping[str, object]]:
    """Seconds since a background process last said that it lives (None: never), and what it said."""
    row = LifeSign.objects.filter(pk=process).first()
    said: Mapping[str, object] = row.detail if row else {}
    age = age_of(row.at) if row else None
    try:
        beat = reader().beat(process)
    except BusUnavailable:
        return age, said
    at = beat.get("at") if beat else None
    beaten = age_of(at) if isinstance(at, str) else None
    if beat is not None and beaten is not None and (age is None or beaten < age):
        return beaten, {**said, **beat}
    return age, said
