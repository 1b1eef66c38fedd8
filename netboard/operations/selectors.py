"""What is read of operations and pools, by whom."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from netboard.accounts.access import Visible
from netboard.accounts.http import Paging, decode_cursor, encode_cursor
from netboard.core import ipam
from netboard.core.change import addresses
from netboard.core.change.preview import Finding
from netboard.core.change.world import World, subnets_of
from netboard.core.errors import Invalid, Missing
from netboard.networks import graphs
from netboard.operations.models import Operation, Pool
from netboard.operations.words import sentence


def operations(visible: Visible) -> QuerySet[Operation]:
    """The operations that may be seen, newest first."""
    rows = Operation.objects.all()
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)


def operation(visible: Visible, operation_id: str) -> Operation:
    """One operation. Raises `Missing`."""
    row = operations(visible).filter(pk=operation_id).first()
    if row is None:
        raise Missing("There is no such operation.", code="operation_missing")
    return row


def page(rows: QuerySet[Operation], paging: Paging) -> tuple[list[Operation], str | None]:
    """One page of operations, newest first, and the cursor of the following one."""
    if paging.cursor:
        moment, _, last = decode_cursor(paging.cursor).partition(" ")
        at = parse_datetime(moment)
        if at is None:
            raise Invalid("This cursor is none of ours.", field="cursor", code="cursor")
        rows = rows.filter(Q(created__lt=at) | Q(created=at, pk__lt=last))
    found = list(rows.order_by("-created", "-pk")[: paging.limit + 1])
    shown = found[: paging.limit]
    following = encode_cursor(f"{shown[-1].created.isoformat()} {shown[-1].pk}") if len(found) > len(shown) else None
    return shown, following


def pools(visible: Visible) -> QuerySet[Pool]:
    """The pools that may be seen: those for all hosts, and those of hosts that may be seen."""
    rows = Pool.objects.all()
    return rows if visible.hosts is None else rows.filter(host__in=["", *visible.hosts])


def usage(pool: Pool, hosts: list[str]) -> dict[str, Any]:
    """How full a pool is on these hosts together, and the next subnet of its usual size: free addresses of all."""
    taken = [s for nodes in graphs.networks(hosts).values() for node in nodes for s in subnets_of(node)]
    taken += pool.reserved
    whole = ipam.block(pool.subnet)
    used = ipam.used(pool.subnet, taken)
    return {
        "size": whole.size,
        "used": used,
        "share": used / whole.size,
        "free": ipam.count_free(pool.subnet, pool.size, taken),
        "next": ipam.next_subnet([pool.subnet], pool.size, taken) or "",
    }


def next_free(world: World, driver: str, size: int | None, pool: str) -> str:
    """The subnet that a new network would get; empty where none is free."""
    return addresses.choose(world, driver, size=size, pool=pool)[0]


def conflict(finding: Finding | Mapping[str, Any]) -> dict[str, Any]:
    """A finding as the contract names it."""
    one = finding if isinstance(finding, Mapping) else vars(finding)
    return {
        "code": one["code"],
        "message": sentence(one["code"], one["params"]),
        "object": one["object"] or None,
        "severity": one["severity"],
        "field": one["field"] or None,
        "params": dict(one["params"]),
    }


def step_texts(row: Operation) -> list[dict[str, Any]]:
    """An operation's steps, each with its details as sentences."""
    return [{**step, "texts": [sentence(one["code"], one["params"]) for one in step["detail"]]} for step in row.steps]


def error_text(row: Operation) -> str:
    """Why it failed, as a sentence; empty where it did not."""
    return sentence(row.error["code"], row.error["params"]) if row.error else ""
