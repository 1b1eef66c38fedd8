"""Heat strips and plots as SVG, drawn by the server: no script, classes for colours, a sentence for who cannot see.

A strip has a bar for each span: as high as what was answered, what was lost stands on top, hatched; a dash where it
could not be asked. Form says what colour says.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from netboard.probes.monitors.selectors import Point

WIDTH: Final = 760
HEIGHT: Final = 220
_LEFT: Final = 64
_BOTTOM: Final = 24
_TALL: Final = 22


def summary(points: Sequence[Point]) -> dict[str, float | int | None]:
    """Sums over all points: `availability` and `lost` exact, latencies the medians of the spans' own."""
    sent = sum(each["sent"] for each in points)
    lost = sum(each["lost"] for each in points)
    middles = sorted(each["p50_us"] for each in points if each["p50_us"] is not None)
    highs = sorted(each["p95_us"] for each in points if each["p95_us"] is not None)
    return {
        "sent": sent,
        "lost": lost,
        "availability": (sent - lost) / sent if sent else None,
        "p50_us": middles[len(middles) // 2] if middles else None,
        "p95_us": highs[len(highs) // 2] if highs else None,
    }


def sentence(points: Sequence[Point]) -> str:
    """What a strip or plot shows, in words."""
    sums = summary(points)
    if sums["availability"] is None:
        return _("Nothing was asked in this time.")
    return _("{share} of {sent} probes were answered, half of them within {p50}.").format(
        share=share(sums["availability"]), sent=sums["sent"], p50=duration(sums["p50_us"])
    )


def share(part: float | None) -> str:
    """A share for people; what is not all is never shown as all."""
    if part is None:
        return "–"
    return "100 %" if part == 1 else f"{math.floor(10_000 * part) / 100:.2f} %"


def duration(us: float | None) -> str:
    """A time for people."""
    if us is None:
        return "–"
    if us < 1000:
        return f"{us:.0f} µs"
    return f"{us / 1000:.1f} ms" if us < 1_000_000 else f"{us / 1_000_000:.2f} s"


def strip(points: Sequence[Point], since: float, until: float, seconds: int) -> SafeString:
    """A heat strip of a stretch of time in spans of so many seconds."""
    first = int(since // seconds) * seconds
    count = max(1, min(400, math.ceil((until - first) / seconds)))
    by_start: Mapping[int, Point] = {each["at"]: each for each in points}
    bars = [
        bar
        for place in range(count)
        if (each := by_start.get(first + place * seconds)) is not None
        for bar in _bars(each, place)
    ]
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">{}</svg>',
        count * 4,
        _TALL,
        sentence(points),
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="3" height="{}"/>', bars),
    )


def _bars(each: Point, place: int) -> list[tuple[str, int, str, str]]:
    x = place * 4
    answered = each["availability"]
    if answered is None:
        return [("h-unknown", x, f"{_TALL / 2 - 1:.1f}", "2")]
    lost = (1 - answered) * _TALL
    shown = 0.0 if lost == 0 else max(4.0, lost)
    bars = []
    if shown < _TALL:
        bars.append(("h-up", x, f"{shown:.1f}", f"{_TALL - shown:.1f}"))
    if shown:
        bars.append(("h-down" if answered < 0.8 else "h-degraded", x, "0", f"{shown:.1f}"))
    return bars


def plot(points: Sequence[Point], since: float, until: float, seconds: int) -> SafeString:
    """Latency over time (median, and up to the 95th percentile as a band), with losses as bars from above."""
    top = _nice(max((each["p95_us"] for each in points if each["p95_us"] is not None), default=1000.0))
    scale = (WIDTH - _LEFT) / max(1.0, until - since)

    def x(at: float) -> float:
        return _LEFT + (min(max(at, since), until) - since) * scale

    def y(us: float) -> float:
        return HEIGHT - _BOTTOM - us / top * (HEIGHT - _BOTTOM - 10)

    parts = [_grid(top), _times(since, until)]
    for run in _runs(points, seconds):
        middle = seconds / 2
        upper = [(x(each["at"] + middle), y(each["p95_us"] or 0)) for each in run]
        line = [(x(each["at"] + middle), y(each["p50_us"] or 0)) for each in run]
        parts.append(format_html('<polygon class="p-band" points="{}"/>', _path([*upper, *reversed(line)])))
        parts.append(format_html('<polyline class="p-line" points="{}"/>', _path(line if len(line) > 1 else line * 2)))
    losses = [
        (f"{x(each['at']):.1f}", f"{max(2.0, seconds * scale - 1):.1f}", f"{each['lost'] / each['sent'] * 60 + 6:.1f}")
        for each in points
        if each["lost"] and each["sent"]
    ]
    parts.append(format_html_join("", '<rect class="p-loss" x="{}" y="0" width="{}" height="{}"/>', losses))
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        sentence(points),
        SafeString("".join(parts)),
    )


def _nice(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 … that is not less."""
    power = 10 ** math.floor(math.log10(max(value, 1.0)))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value))


def _grid(top: float) -> SafeString:
    rows = [(top * share, HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - 10)) for share in (0.0, 0.5, 1.0)]
    return format_html_join(
        "",
        '<line class="p-grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="p-text" x="4" y="{}">{}</text>',
        ((_LEFT, WIDTH, f"{at:.1f}", f"{at:.1f}", f"{at + 4:.1f}", duration(us) if us else "0") for us, at in rows),
    )


def _times(since: float, until: float) -> SafeString:
    form = "%H:%M" if until - since <= 2 * 86_400 else "%m-%d"
    marks = [(since + (until - since) * share, share) for share in (0.0, 0.25, 0.5, 0.75)]
    return format_html_join(
        "",
        '<text class="p-text" x="{}" y="{}">{}</text>',
        (
            (f"{_LEFT + share * (WIDTH - _LEFT):.1f}", HEIGHT - 6, datetime.fromtimestamp(at, UTC).strftime(form))
            for at, share in marks
        ),
    )


def _runs(points: Sequence[Point], seconds: int) -> list[list[Point]]:
    """Stretches without a gap in which something was answered."""
    runs: list[list[Point]] = []
    for each in points:
        if each["p50_us"] is None:
            continue
        if runs and each["at"] - runs[-1][-1]["at"] <= seconds:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
