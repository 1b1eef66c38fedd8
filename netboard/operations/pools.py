"""Making and removing pools."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from netboard.accounts.access import Visible
from netboard.accounts.audit import Actor, record
from netboard.core import ipam
from netboard.core.change.specs import DRIVERS
from netboard.core.errors import Conflict, Invalid, Missing
from netboard.networks import graphs
from netboard.operations import selectors
from netboard.operations.models import Pool


def create(actor: Actor, values: Mapping[str, Any]) -> Pool:
    """Make a pool. Raises `Invalid` for what makes no sense, `Conflict` for a name that is taken."""
    pool = Pool(**values)
    with _named("subnet"):
        whole = ipam.block(pool.subnet)
        why = ipam.reserved(pool.subnet)
    if why is not None and why.code == "special_purpose":
        raise Invalid(
            f"{pool.subnet} lies in {why.range}, which is set apart for {why.detail}.",
            field="subnet",
            code="subnet_special_purpose",
        )
    prefix = ipam.prefix_of(pool.subnet)
    if not prefix <= pool.shortest <= pool.size <= pool.longest:
        raise Invalid(
            f"The prefix lengths have to grow: pool /{prefix}, shortest, usual, longest.",
            field="size",
            code="pool_sizes",
        )
    for driver in pool.drivers:
        if driver not in DRIVERS:
            raise Invalid(f"There is no driver “{driver[:40]}”.", field="drivers", code="driver_unknown")
    with _named("reserved"):
        for part in pool.reserved:
            if not whole.overlaps(ipam.block(part)):
                raise Invalid(f"{part} is not in {pool.subnet}.", code="outside_pool")
    try:
        with transaction.atomic():
            record(actor, "pool.created", pool.name, **dict(values))
            pool.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"There is a pool called “{pool.name}” already.", code="pool_name_taken") from error
    return pool


def delete(actor: Actor, pool_id: int) -> None:
    """Remove a pool; what was cut from it stays. Raises `Missing`."""
    with transaction.atomic():
        row = Pool.objects.filter(pk=pool_id).first()
        if row is None:
            raise Missing("There is no such pool (any more).", code="pool_missing")
        record(actor, "pool.deleted", row.name, subnet=row.subnet)
        row.delete()


def out(row: Pool, visible: Visible) -> dict[str, Any]:
    """A pool as REST and pages tell it."""
    hosts = [row.host] if row.host else visible.among(graphs.hosts())
    names = ("name", "subnet", "host", "drivers", "size", "shortest", "longest", "reserved")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "usage": selectors.usage(row, hosts)}


class _named:  # noqa: N801
    def __init__(self, field: str) -> None:
        self._field = field

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Invalid) and not error.field:
            error.field = self._field
