"""Promises: a name or a subnet belongs to one operation until the graph shows what came of it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from netboard.core import ipam
from netboard.core.change.world import Claim
from netboard.core.errors import Conflict
from netboard.core.operations import TERMINAL
from netboard.core.wire import Node
from netboard.operations.models import NameClaim, Operation, SubnetClaim

LINGER = timedelta(seconds=5)
"""How long a promise outlives its operation where the graph does not show what was made: time for it to appear."""


class Taken(Conflict):
    """Somebody else was promised the same a moment ago."""

    code = "claimed"


def take(operation: Operation, claims: Iterable[tuple[str, str]]) -> None:
    """Promise these to the operation, whose row is written already, in the caller's transaction. Raises `Taken`."""
    wanted = list(claims)
    _in_turn(operation.host)
    try:
        with transaction.atomic():
            for kind, value in wanted:
                if kind == "name":
                    NameClaim.objects.create(host=operation.host, name=value, operation=operation)
                else:
                    _take_subnet(operation, value)
    except IntegrityError as error:
        raise Taken("Somebody else has just been promised this name or subnet.", params={"operation": ""}) from error


def _in_turn(host: str) -> None:
    """On PostgreSQL, wait for others who are being promised something on this host right now: two who wait for each
    other's constraint would be a deadlock. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"netboard.claims.{host}"])


def _take_subnet(operation: Operation, subnet: str) -> None:
    others = SubnetClaim.objects.filter(host=operation.host).values_list("subnet", "operation_id")
    for other, holder in others:
        if ipam.overlapping(subnet, [str(other)]):
            raise Taken(
                f"{subnet} overlaps {other}, which was just promised to another operation.",
                params={"subnet": subnet, "other": str(other), "operation": holder},
            )
    SubnetClaim.objects.create(host=operation.host, subnet=subnet, operation=operation)


def release(operation: Operation) -> None:
    """Take back what was promised."""
    NameClaim.objects.filter(operation=operation).delete()
    SubnetClaim.objects.filter(operation=operation).delete()


def standing(host: str, nodes: Mapping[str, Node]) -> list[Claim]:
    """What is promised on a host and not yet seen in its graph."""
    shown = {str(node["facts"].get("id") or "") for node in nodes.values() if node["kind"] in ("network", "container")}
    now = timezone.now()
    found = []
    rows = Operation.objects.filter(host=host).filter(pk__in=NameClaim.objects.filter(host=host).values("operation"))
    for operation in rows.prefetch_related("names", "subnets"):
        if operation.state in TERMINAL and (
            shown & set(operation.recorded.values()) or operation.ended is None or now - operation.ended > LINGER
        ):
            continue
        found += [Claim(operation.pk, name=claim.name) for claim in operation.names.all()]
        found += [Claim(operation.pk, subnet=str(claim.subnet)) for claim in operation.subnets.all()]
    return found


def sweep() -> int:
    """Take back the promises of operations that ended long enough ago; answers how many operations had any."""
    before = timezone.now() - LINGER
    ended = Operation.objects.filter(state__in=TERMINAL, ended__lt=before, names__isnull=False).distinct()
    count = 0
    for operation in ended[:500]:
        release(operation)
        count += 1
    return count


def settle(host: str, nodes: Mapping[str, Node]) -> None:
    """Take back what was promised to operations that ended and whose outcome the graph shows, in the caller's
    transaction: what they made stands for itself now, and may be made again under the same name."""
    shown = {str(node["facts"].get("id") or "") for node in nodes.values() if node["kind"] in ("network", "container")}
    now = timezone.now()
    ended = Operation.objects.filter(host=host, state__in=TERMINAL, names__isnull=False).distinct()
    for operation in ended:
        if shown & set(operation.recorded.values()) or operation.ended is None or now - operation.ended > LINGER:
            release(operation)
