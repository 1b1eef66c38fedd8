"""Promises: a name or a subnet belongs to one operation until the graph shows what came of it."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Protocol

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from netboard.core import ipam
from netboard.core.change.world import Claim
from netboard.core.errors import Conflict
from netboard.core.operations import TERMINAL
from netboard.operations.models import NameClaim, Operation, SubnetClaim

LINGER = timedelta(seconds=5)
"""How long a promise outlives its operation where the graph does not show what was made: time for it to appear."""


MADE = ("network", "container")
"""Roles of recorded ids that the graph shows."""


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
    settle([operation.pk])


class Shown(Protocol):
    """Whether the host's graph shows the network or container with this full engine id, or its log has told of it."""

    def __call__(self, engine_id: str, /) -> bool:
        """Whether it does."""


def over(host: str, shown: Shown) -> frozenset[str]:
    """Operations that ended and need the promises no longer that they still have: what they made stands for itself."""
    promised = NameClaim.objects.filter(host=host).values("operation")
    ended = Operation.objects.filter(host=host, state__in=TERMINAL, pk__in=promised)
    now = timezone.now()
    return frozenset(
        pk
        for pk, recorded, end in ended.values_list("pk", "recorded", "ended")
        if end is None or now - end > LINGER or any(shown(recorded[role]) for role in MADE if role in recorded)
    )


def standing(host: str, without: Collection[str]) -> list[Claim]:
    """What is promised on a host, but to these operations."""
    names = NameClaim.objects.filter(host=host).values_list("operation_id", "name")
    subnets = SubnetClaim.objects.filter(host=host).values_list("operation_id", "subnet")
    return [
        *(Claim(operation, name=name) for operation, name in names if operation not in without),
        *(Claim(operation, subnet=str(subnet)) for operation, subnet in subnets if operation not in without),
    ]


def sweep() -> int:
    """Take back the promises of operations that ended long enough ago; answers how many operations had any."""
    before = timezone.now() - LINGER
    promised = Operation.objects.filter(pk__in=NameClaim.objects.values("operation"))
    ended = list(promised.filter(state__in=TERMINAL, ended__lt=before).values_list("pk", flat=True)[:500])
    settle(ended)
    return len(ended)


def settle(operations: Collection[str]) -> None:
    """Take back what was promised to these operations, in the caller's transaction."""
    if operations:
        NameClaim.objects.filter(operation__in=operations).delete()
        SubnetClaim.objects.filter(operation__in=operations).delete()
