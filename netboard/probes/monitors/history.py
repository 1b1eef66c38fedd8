"""History in the database: adding to it, summing it up, forgetting what is too old, and reading it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from django.db import connection, transaction

from netboard.core.probes.history import LEVELS, Level, Span, merged, pack, start_of, unpack
from netboard.probes.monitors.models import Bucket, Rolled

LATE: Final = 360.0
"""Seconds that observations may be under way: only what is older is summed up."""
AT_ONCE: Final = 20_000
"""Finer spans that are summed up in one transaction, if they are of several coarser ones."""
_AT_ONCE: Final = 400
_COLUMNS: Final = ("sent", "lost", "unknown", "least", "most", "total", "latencies")


def span_of(row: Bucket) -> Span:
    """A row as a span."""
    return Span(row.sent, row.lost, row.unknown, row.least, row.most, row.total, unpack(bytes(row.latencies)))


def _row(series: int, level: int, start: int, span: Span) -> Bucket:
    return Bucket(
        series_id=series,
        level=level,
        start=start,
        sent=span.sent,
        lost=span.lost,
        unknown=span.unknown,
        least=span.least,
        most=span.most,
        total=span.total,
        latencies=pack(span.latencies),
    )


def _put(rows: Sequence[Bucket]) -> None:
    Bucket.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["series", "level", "start"],
        update_fields=_COLUMNS,
        batch_size=_AT_ONCE,
    )


def add(news: Mapping[int, tuple[int, Mapping[int, Span]]]) -> None:
    """Add spans to what is kept: by series its level, and spans by their start."""
    starts = {start for _, spans in news.values() for start in spans}
    if not starts:
        return
    kept: dict[tuple[int, int, int], Span] = {}
    numbers = list(news)
    for first in range(0, len(numbers), _AT_ONCE):
        known = Bucket.objects.filter(series__in=numbers[first : first + _AT_ONCE], start__in=starts)
        kept |= {(row.series_id, row.level, row.start): span_of(row) for row in known}
    rows: list[Bucket] = []
    for series, (level, spans) in news.items():
        for start, span in spans.items():
            before = kept.get((series, level, start))
            rows.append(_row(series, level, start, merged((before, span)) if before else span))
    _put(rows)


def roll(now: float) -> int:
    """Sum up what has ended at each level from the finer one; answers how many spans were written. `now` in seconds
    since the epoch. It may be called again for the same time: sums are made anew from what they sum up."""
    written = 0
    for fine, coarse in pairwise(LEVELS):
        written += _roll(fine, coarse, now)
    return written


def _roll(fine: Level, coarse: Level, now: float) -> int:
    until = start_of(now - LATE, coarse)
    known = Rolled.objects.filter(pk=coarse.seconds).first()
    oldest = Bucket.objects.filter(level=fine.seconds).order_by("start").values_list("start", flat=True).first()
    if oldest is None:
        return 0
    since = max(known.until if known and known.until <= until else 0, start_of(oldest, coarse))
    written = 0
    while since < until:
        end = _end(fine, coarse, since, until)
        written += _sum_up(fine, coarse, since, end)
        since = end
    return written


def _end(fine: Level, coarse: Level, since: int, until: int) -> int:
    """Up to when a stretch reaches that is not too much for one transaction, in whole spans of the coarser level."""
    rows = Bucket.objects.filter(level=fine.seconds, start__gte=since, start__lt=until).order_by("start")
    beyond = rows.values_list("start", flat=True)[AT_ONCE : AT_ONCE + 1].first()
    return until if beyond is None else max(start_of(beyond, coarse), since + coarse.seconds)


@transaction.atomic
def _sum_up(fine: Level, coarse: Level, since: int, until: int) -> int:
    sums: dict[tuple[int, int], Span] = {}
    rows = Bucket.objects.filter(level=fine.seconds, start__gte=since, start__lt=until)
    columns = rows.values_list("series", "start", *_COLUMNS)
    for series, start, sent, lost, unknown, least, most, total, latencies in columns.iterator(chunk_size=2000):
        span = Span(sent, lost, unknown, least, most, total, unpack(bytes(latencies)))
        sums.setdefault((series, start_of(start, coarse)), Span()).merge(span)
    _put([_row(series, coarse.seconds, start, span) for (series, start), span in sums.items()])
    Rolled.objects.update_or_create(pk=coarse.seconds, defaults={"until": until})
    return len(sums)


def prune(now: float) -> int:
    """Forget spans that are older than their level keeps; answers how many."""
    total = 0
    for level in LEVELS:
        limit = start_of(now - level.keep, level)
        while True:
            old = list(Bucket.objects.filter(level=level.seconds, start__lt=limit).values_list("pk", flat=True)[:5000])
            if not old:
                break
            with transaction.atomic(), connection.cursor() as cursor:
                for first in range(0, len(old), 500):
                    part = old[first : first + 500]
                    marks = ",".join(["%s"] * len(part))
                    cursor.execute(f"DELETE FROM {Bucket._meta.db_table} WHERE id IN ({marks})", part)  # noqa: S608
            total += len(old)
    return total


def read(series: Iterable[int], since: float, until: float, level: Level) -> dict[int, dict[int, Span]]:
    """Spans by series and start. Of the time that is not summed up yet, the finer spans are summed up here."""
    numbers = list(series)
    found: dict[int, dict[int, Span]] = {number: {} for number in numbers}
    _collect(found, numbers, level, level, since, until)
    rolled = Rolled.objects.filter(pk=level.seconds).first()
    open_since = float(rolled.until) if rolled else since
    for fine in reversed(LEVELS[: LEVELS.index(level)]):
        _collect(found, numbers, fine, level, max(since, open_since), until)
        finer = Rolled.objects.filter(pk=fine.seconds).first()
        open_since = float(finer.until) if finer else open_since
    return found


def _collect(
    found: dict[int, dict[int, Span]], numbers: Sequence[int], fine: Level, level: Level, since: float, until: float
) -> None:
    first = start_of(since, fine)
    rows = Bucket.objects.filter(series__in=numbers, level=fine.seconds, start__gte=first, start__lt=until)
    for row in rows:
        spans = found[row.series_id]
        spans.setdefault(start_of(row.start, level), Span()).merge(span_of(row))
