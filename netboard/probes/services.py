"""What changes sweeps: submitting, cancelling, giving up, and forgetting old ones. Each in one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from netboard.accounts.access import Visible
from netboard.accounts.audit import Actor, record
from netboard.core.errors import BusUnavailable, Conflict, Invalid, Missing
from netboard.core.model import Json
from netboard.core.probes import limits
from netboard.core.probes.model import ENDED
from netboard.core.wire import Node
from netboard.hosts.models import Host
from netboard.networks import reading
from netboard.probes import expected, opened, quotas, telling
from netboard.probes.models import State, Sweep

log = structlog.get_logger(__name__)

METHODS: Final = ("arp", "ndp", "icmp", "tcp")
SECONDS: Final = 120.0
"""Seconds that one delivery may take: less than the prober's hard limit."""
WHOLE: Final = 2 * SECONDS + 60.0
"""Seconds after its first delivery in which a sweep ends, whatever happens to agents."""
HEED: Final = 5.0
"""Seconds in which an agent that works at a cancelled sweep says so; afterwards it is cancelled without it."""
FORGOTTEN: Final = 20
"""Old sweeps that are removed in one transaction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants swept. References are full engine ids, netboard's ids or unique names on the host."""

    host: str
    network: str = ""
    cidr: str = ""
    source: str = ""
    """The container that asks; empty: the host itself, or where that cannot reach them one of the network's own."""
    methods: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


def submit(actor: Actor, visible: Visible, wanted: Wanted) -> Sweep:
    """Judge it, count it, write it down with its audit entry; the relay sends it.

    Raises `Invalid`, `Missing`, `Conflict`, `BusUnavailable`; nothing was written then.
    """
    sweep = judge(visible, wanted)
    sweep.person, sweep.name, sweep.origin = actor.person, actor.name[:150], actor.origin[:64]
    with transaction.atomic():
        quotas.spend(actor)
        asked = {"cidr": sweep.cidr, "network": sweep.network, "source": sweep.source, "ports": sweep.ports}
        record(actor, "sweep", sweep.pk, host=sweep.host, **asked)
        sweep.save(force_insert=True)
    telling.wake()
    return sweep


def judge(visible: Visible, wanted: Wanted) -> Sweep:
    """The sweep that would be sent, unsaved. Raises as `submit` does, without counting."""
    if not wanted.network and not wanted.cidr:
        raise Invalid("Say which network or which range.", field="network", code="network_or_range")
    asked = limits.parse(wanted.cidr) if wanted.cidr else None  # before anything is read: nonsense costs nothing
    if unknown := [one for one in wanted.methods if one not in METHODS]:
        raise Invalid(
            f"“{unknown[0][:20]}” is no method; there are {', '.join(METHODS)}.", field="methods", code="methods"
        )
    host = wanted.host
    if not visible.sees(host):
        raise Missing(f"There is no host “{host}”.", code="host_missing", params={"host": host})
    graph = expected.graph_of(host)
    if not Host.objects.filter(pk=host).exclude(secret="").exists():
        raise Conflict(f"{host} has no key here, so nothing can be sent to it; enrol it.", code="not_enrolled")
    allowed, pools = opened.of(host), opened.pools(host)
    target: Node | None = None
    if wanted.network:
        target = reading.find(visible, "network", wanted.network, host)
        cidr = expected.choose(target, str(asked) if asked else "")
        ground = limits.check_network(expected.net_of(target), cidr, allowed)
    else:
        ground = limits.check(str(asked), map(expected.net_of, expected.networks(graph)), allowed, pools)
        target = expected.network(graph, ground.net.id) if ground.net else None
    limits.check_load(ground.range, wanted.methods, wanted.ports)
    reference = reading.find(visible, "container", wanted.source, host) if wanted.source else None
    source = expected.asker(graph, target, reference, allowed)
    known = expected.known(graph, target, ground.range)
    return Sweep(
        host=host,
        cidr=str(ground.range),
        network=expected.full(target) if target else "",
        network_name=target["name"][:300] if target else "",
        node=target["id"] if target else "",
        source=expected.full(source) if source else "",
        source_name=source["name"][:300] if source else "",
        methods=list(dict.fromkeys(wanted.methods)),
        ports=sorted(set(wanted.ports)),
        known=known,
        total=ground.range.num_addresses if ground.range.version == 4 else len(known),
    )


def cancel(actor: Actor, sweep_id: str) -> Sweep:
    """Cancel a sweep: at once where no agent works at it, else as soon as that agent notices.

    Raises `Conflict` where it has ended.
    """
    with transaction.atomic():
        sweep = Sweep.objects.select_for_update().get(pk=sweep_id)
        if sweep.terminal:
            raise Conflict("It has ended already.", code="too_late", params={"state": sweep.state})
        record(actor, "sweep.cancel", sweep.pk, host=sweep.host)
        sweep.cancelling, sweep.changed, sweep.due = True, timezone.now(), timezone.now()
        if not sweep.token:
            end(sweep, State.CANCELLED)
        sweep.save()
    try:
        telling.reports().cancel(sweep.pk)
    except BusUnavailable as error:
        log.warning("sweep.cancel_untold", sweep=sweep.pk, reason=str(error))  # the relay ends it
    telling.changed(sweep)
    telling.ring()
    return sweep


def end(sweep: Sweep, state: State, error: dict[str, Json] | None = None) -> None:
    """It is over; the caller saves it."""
    now = timezone.now()
    sweep.state, sweep.ended, sweep.changed, sweep.due, sweep.known = state, now, now, None, []
    if error is not None:
        sweep.error = error


def give_up(sweep: Sweep, state: State, code: str = "", **params: Json) -> bool:
    """End a sweep that no agent ends, for the relay alone; False where somebody was faster."""
    with transaction.atomic():
        row = Sweep.objects.select_for_update().filter(pk=sweep.pk, token=sweep.token).first()
        if row is None or row.terminal:
            return False
        end(row, state, {"code": code, "params": params} if code else None)
        row.save()
    telling.changed(row)
    return True


def next_delivery(sweep: Sweep, after: timedelta) -> Sweep | None:
    """Count one more delivery; None where it has ended or another relay was faster. Its reports count from now on."""
    now = timezone.now()
    mine = Sweep.objects.filter(pk=sweep.pk, token=sweep.token, cancelling=False).exclude(state__in=ENDED)
    if not mine.update(token=sweep.token + 1, changed=now, due=now + after, begun=sweep.begun or now):
        return None
    sweep.refresh_from_db()
    return sweep


def forget() -> int:
    """Remove sweeps that ended longer ago than they are kept, with their results; answers how many."""
    old = timezone.now() - timedelta(days=settings.NETBOARD.sweep_days)
    gone = list(Sweep.objects.filter(created__lt=old, state__in=ENDED).values_list("pk", flat=True)[:FORGOTTEN])
    if gone:
        Sweep.objects.filter(pk__in=gone).delete()
    return len(gone)
