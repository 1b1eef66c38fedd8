"""History: sums of sums, what is kept for how long, and a year of it."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from netboard.core.probes.history import LEVELS, MOST, Span, level_for
from netboard.probes.monitors import history
from netboard.probes.monitors.models import Bucket, Monitor, Series

pytestmark = pytest.mark.django_db

YEAR = 365 * 86_400
BEGIN = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def series_of(monitor: Monitor, count: int) -> list[int]:
    Series.objects.bulk_create([Series(monitor=monitor, key=str(number)) for number in range(count)])
    return list(Series.objects.order_by("pk").values_list("pk", flat=True))


def span(outcomes: str, rtt_us: float = 100.0) -> Span:
    made = Span()
    for letter in outcomes:
        made.add({"o": True, "x": False, "?": None}[letter], rtt_us if letter == "o" else None)
    return made


def test_sums_of_sums_are_the_sums(single: Monitor) -> None:
    [series] = series_of(single, 1)
    minutes = {BEGIN + 60 * minute: span("oox?", 100.0 + minute) for minute in range(3 * 24 * 60)}
    history.add({series: (60, minutes)})
    now = BEGIN + 3 * 86_400 + 400.0
    history.roll(now)
    for level in LEVELS:
        spans = history.read([series], BEGIN, now, level)[series]
        assert sum(each.sent for each in spans.values()) == 3 * 3 * 24 * 60, level
        assert sum(each.lost for each in spans.values()) == 3 * 24 * 60
        assert sum(each.unknown for each in spans.values()) == 3 * 24 * 60
    day = history.read([series], BEGIN, now, LEVELS[3])[series][BEGIN]
    assert day.availability == pytest.approx(2 / 3)
    assert day.percentile(0.5) == pytest.approx(100 + 12 * 60, rel=0.05)
    assert (day.least, day.most) == (100.0, 100.0 + 24 * 60 - 1)
    before = Bucket.objects.count()
    history.roll(now)
    assert Bucket.objects.count() == before


def test_what_is_not_summed_up_yet_is_read_all_the_same(single: Monitor) -> None:
    [series] = series_of(single, 1)
    history.add({series: (60, {BEGIN: span("ooo"), BEGIN + 60: span("x")})})
    history.add({series: (60, {BEGIN: span("o")})})
    [(start, found)] = history.read([series], BEGIN, BEGIN + 3600, level_for(86_400))[series].items()
    assert (start, found.sent, found.lost) == (BEGIN, 5, 1)


def a_year(series: list[int], minutes: int, step: int) -> int:
    """A probe every so many minutes for a year, each minute in its last days; the most rows that ever were kept."""
    most = 0
    for day in range(0, 365, step):
        every = 60 * (minutes if day + step <= 360 else 1)
        since, until = BEGIN + day * 86_400, BEGIN + min(365, day + step) * 86_400
        with connection.cursor() as cursor:
            for number in series:
                cursor.execute(
                    "WITH RECURSIVE minute(at) AS (SELECT %s UNION ALL SELECT at + %s FROM minute WHERE at + %s < %s) "
                    "INSERT INTO monitors_bucket (series_id, level, start, sent, lost, unknown, least, most, total, "
                    "latencies) SELECT %s, 60, at, 1, 0, 0, 100, 100, 100, %s FROM minute",
                    [since, every, every, until, number, b"\x35\x01"],
                )
        history.roll(until + history.LATE)
        history.prune(until + history.LATE)
        most = max(most, Bucket.objects.count())
    return most


def test_a_year_of_one_minute_monitors_stays_within_what_is_kept(single: Monitor) -> None:
    series = series_of(single, 1)
    most = a_year(series, 60, 60)
    assert MOST * 0.9 <= most <= MOST
    found = history.read(series, BEGIN, BEGIN + YEAR, LEVELS[3])[series[0]]
    assert len(found) == 365
    assert sum(each.sent for each in found.values()) == 360 * 24 + 5 * 1440


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_year_of_a_hundred_monitors(single: Monitor) -> None:
    series = series_of(single, 100)
    assert a_year(series, 1, 5) <= MOST * len(series)
