"""What is read of sweeps, by whom."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.dateparse import parse_datetime

from netboard.accounts.access import Visible
from netboard.accounts.http import Paging, decode_cursor, encode_cursor
from netboard.core.errors import Invalid, Missing
from netboard.core.ids import container_id
from netboard.probes import words
from netboard.probes.models import OpenedRange, Sweep, SweepResult


def sweeps(visible: Visible) -> QuerySet[Sweep]:
    """The sweeps that may be seen, newest first; without what they expect, which may be long."""
    rows = Sweep.objects.defer("known")
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)


def sweep(visible: Visible, sweep_id: str) -> Sweep:
    """One sweep. Raises `Missing`."""
    row = sweeps(visible).filter(pk=sweep_id).first()
    if row is None:
        raise Missing("There is no such sweep (any more).", code="sweep_missing")
    return row


def page(rows: QuerySet[Sweep], paging: Paging) -> tuple[list[Sweep], str | None]:
    """One page of sweeps, newest first, and the cursor of the following one."""
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


def results(row: Sweep, after: str = "", kind: str = "") -> QuerySet[SweepResult]:
    """What a sweep found, by address; `after`: a place; `kind`: only those of it."""
    found = SweepResult.objects.filter(sweep=row).order_by("place")
    if after:
        found = found.filter(place__gt=after)
    return found.filter(kind=kind) if kind else found


def all_results(row: Sweep, kind: str = "") -> Iterator[SweepResult]:
    """All that a sweep found, by address, without ever holding all of it."""
    return results(row, kind=kind).iterator(chunk_size=1000)


def counts(row: Sweep) -> dict[str, int]:
    """How many addresses of each kind a sweep found."""
    found = SweepResult.objects.filter(sweep=row).values_list("kind").annotate(Count("pk")).order_by()
    return dict(found)


def progress(row: Sweep) -> dict[str, Any]:
    """How far it is; `share` of 0 to 1."""
    share = 1.0 if row.state == "done" else min(1.0, row.asked / row.total) if row.total else 0.0
    return {"asked": row.asked, "total": row.total, "alive": row.alive, "share": share}


def error_text(row: Sweep) -> str:
    """Why it failed, as a sentence; empty where it did not."""
    return words.sentence(row.error["code"], row.error["params"]) if row.error else ""


def result_out(row: Sweep, result: SweepResult) -> dict[str, Any]:
    """One address as REST tells it."""
    phrases = result.explanation
    return {
        "address": result.address,
        "alive": result.alive,
        "kind": result.kind,
        "method": result.method or None,
        "rtt_us": result.rtt_us,
        "mac": result.mac or None,
        "container": result.container or None,
        "node": container_id(row.host, result.container) if result.container else None,
        "name": result.name,
        "code": phrases[0]["code"] if phrases else "",
        "explanation": words.sentences(phrases),
        "phrases": phrases,
        "macs": result.more.get("macs") or ([result.mac] if result.mac else []),
        "ports": result.more.get("ports", {}),
        "duplicates": result.more.get("duplicates", 0),
        "late": result.more.get("late", False),
        "wrong_sender": result.more.get("wrong_sender") or None,
    }


def opened(visible: Visible) -> QuerySet[OpenedRange]:
    """What administrators opened, on hosts that may be seen."""
    rows = OpenedRange.objects.all()
    return rows if visible.hosts is None else rows.filter(host__in=visible.hosts)
