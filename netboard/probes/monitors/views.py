"""Pages: monitors with their strips, the matrix from × to, one monitor with its plots, forms, and CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.models import Role, User
from netboard.core.errors import BusUnavailable, Invalid, Missing, NetboardError
from netboard.core.probes.history import level_for
from netboard.networks import graphs
from netboard.probes.monitors import drawing, selectors, services, words
from netboard.probes.monitors.forms import MonitorForm, ScheduleForm
from netboard.probes.monitors.intake import level_of
from netboard.probes.monitors.models import Monitor, Series, State

SHOWN: Final = 200
"""Monitors on one page, and series of one monitor."""
STRIPS: Final = 50
"""Series of one monitor up to which its strip is drawn in the list."""
SPANS: Final = (
    (1, later("1 hour")),
    (24, later("1 day")),
    (168, later("1 week")),
    (1440, later("60 days")),
    (9600, later("400 days")),
)
MATRIX: Final = 40
"""Rows and columns of the matrix at most."""


def may_operate(request: HttpRequest) -> bool:
    """Whether this person may change monitors."""
    return isinstance(request.user, User) and request.user.has_role(Role.OPERATOR)


def need_operator(request: HttpRequest) -> None:
    """Raises PermissionDenied where they may not."""
    if not may_operate(request):
        raise PermissionDenied


def hosts_of(request: HttpRequest) -> list[str]:
    """The hosts that may be seen; none while the bus is away."""
    try:
        return visible_to(request.user).among(graphs.hosts())
    except BusUnavailable:
        return []


def _drawn(
    rows: Sequence[Series], hours: float, finest: int = 60
) -> tuple[dict[int, list[selectors.Point]], float, float, int]:
    until = timezone.now().timestamp()
    level = level_for(hours * 3600, most=100 if hours <= 24 else 400, finest=finest)
    since = until - hours * 3600
    return selectors.points([row.pk for row in rows], since, until + 1, level), since, until, level.seconds


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All monitors: state, since when, the last day as a strip; `?host=` and `?state=` filter."""
    visible = visible_to(request.user)
    wanted = {name: request.GET[name][:63] for name in ("state", "host") if request.GET.get(name)}
    rows = selectors.monitors(visible).order_by("host", "name", "pk")
    if "host" in wanted:
        rows = rows.filter(host=wanted["host"])
    found = list(rows[: 4 * SHOWN])
    counted = selectors.counts(found)
    if "state" in wanted:
        found = [row for row in found if selectors.worst(counted[row.pk]) == wanted["state"]]
    found = found[:SHOWN]
    few = [row.pk for row in found if 0 < sum(counted[row.pk].values()) <= STRIPS]
    series: dict[int, list[Series]] = {}
    for one in Series.objects.filter(monitor__in=few, ended=None)[:SHOWN]:
        series.setdefault(one.monitor_id, []).append(one)
    points, since, until, seconds = _drawn([one for each in series.values() for one in each], 24)
    context = {
        "rows": [_row(row, counted[row.pk], series.get(row.pk, []), points, (since, until, seconds)) for row in found],
        "wanted": wanted,
        "states": State.choices,
        "hosts": hosts_of(request),
        "may_change": may_operate(request),
    }
    return render(request, "probes/monitors.html", context)


def _row(
    row: Monitor,
    states: Any,
    series: Sequence[Series],
    points: dict[int, list[selectors.Point]],
    span: tuple[float, float, int],
) -> dict[str, Any]:
    state = selectors.worst(states) if row.enabled else "unknown"
    only = series[0] if len(series) == 1 else None
    mine = points.get(only.pk, []) if only else []
    return {
        "row": row,
        "asked": words.asked(row),
        "state": state,
        "label": State(state).label if row.enabled else _("switched off"),
        "counts": [(State(one).label, states[one]) for one in ("down", "degraded", "unknown", "up") if states.get(one)],
        "several": sum(states.values()) > 1,
        "only": only,
        "why": words.code(only.code) if only else "",
        "answered": drawing.share(drawing.summary(mine)["availability"]) if only else "",
        "latency": drawing.duration(drawing.summary(mine)["p50_us"]) if only else "",
        "strips": [drawing.strip(points.get(one.pk, []), *span) for one in series[:3]],
    }


@require_GET
@login_required
def matrix(request: HttpRequest) -> HttpResponse:
    """From × to: what is asked between whom on one host, and how it stands."""
    visible = visible_to(request.user)
    hosts = hosts_of(request)
    host = request.GET.get("host", "")[:63] or (hosts[0] if hosts else "")
    if host and not visible.sees(host):
        raise Http404
    cells: dict[tuple[str, str], Series] = {}
    for one in selectors.series(visible, host).order_by("pk"):
        monitor = one.monitor
        if monitor.kind == "gateways":
            place = (one.label or one.key[:12], _("gateway"))
        else:
            place = (monitor.source_name or host, one.label or monitor.target_name or monitor.name)
        known = cells.get(place)
        if known is None or _rank(one) > _rank(known):
            cells[place] = one
    froms = sorted({source for source, _to in cells})
    tos = sorted({to for _source, to in cells})
    shown = [(source, [cells.get((source, to)) for to in tos[:MATRIX]]) for source in froms[: MATRIX * 5]]
    context = {
        "host": host,
        "hosts": hosts,
        "tos": tos[:MATRIX],
        "rows": [
            (source, [(one, drawing.duration(one.rtt_us) if one else "") for one in each]) for source, each in shown
        ],
        "more": len(froms) > MATRIX * 5 or len(tos) > MATRIX,
    }
    return render(request, "probes/matrix.html", context)


def _rank(row: Series) -> int:
    return ("up", "unknown", "degraded", "down").index(row.state)


def _monitor(request: HttpRequest, number: int) -> Monitor:
    try:
        return selectors.monitor(visible_to(request.user), number)
    except Missing as error:
        raise Http404 from error


def _hours(request: HttpRequest) -> int:
    given = request.GET.get("hours", "")
    return next((hours for hours, _name in SPANS if str(hours) == given), 24)


@require_GET
@login_required
def detail(request: HttpRequest, monitor: int) -> HttpResponse:
    """One monitor: how it stands, plot and strips over time, what went wrong."""
    row = _monitor(request, monitor)
    hours = _hours(request)
    rows = list(row.series.filter(ended=None).order_by("label", "key")[:SHOWN])
    points, since, until, seconds = _drawn(rows, hours, level_of(row))
    states = selectors.counts([row])[row.pk]
    series = [
        {
            "row": one,
            "name": one.label or row.target_name or row.name,
            "state": State(one.state).label,
            "why": words.code(one.code),
            "latency": drawing.duration(one.rtt_us),
            "sums": drawing.summary(points[one.pk]),
            "middle": drawing.duration(drawing.summary(points[one.pk])["p50_us"]),
            "high": drawing.duration(drawing.summary(points[one.pk])["p95_us"]),
            "strip": drawing.strip(points[one.pk], since, until, seconds),
        }
        for one in rows
    ]
    incidents = [
        {"row": each, "name": each.series.label or row.target_name, "why": words.code(each.code)}
        for each in _incidents(row)
    ]
    context = {
        "row": row,
        "asked": words.asked(row),
        "state": selectors.worst(states) if row.enabled else "unknown",
        "label": State(selectors.worst(states)).label if row.enabled else _("switched off"),
        "series": series,
        "plot": drawing.plot(points[rows[0].pk], since, until, seconds) if len(rows) == 1 else "",
        "hours": hours,
        "spans": SPANS,
        "incidents": incidents,
        "slow": drawing.duration(row.slow_us) if row.slow_us else "",
        "may_change": may_operate(request),
    }
    return render(request, "probes/monitor.html", context)


def _incidents(row: Monitor) -> Any:
    from netboard.probes.monitors.models import Incident

    return Incident.objects.filter(series__monitor=row).select_related("series").order_by("-opened")[:50]


@require_GET
@login_required
def export(request: HttpRequest, monitor: int) -> HttpResponse:
    """History as a file: one line for each thing that is asked and each span."""
    row = _monitor(request, monitor)
    rows = list(row.series.order_by("label", "key"))
    points, *_rest = _drawn(rows, _hours(request), level_of(row))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["name", "key", *selectors.Point.__annotations__])
    for one in rows:
        name = one.label or row.target_name
        for each in points[one.pk]:
            writer.writerow([_plain(name), one.key, *each.values()])
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="netboard-monitor-{row.pk}.csv"'
    return answer


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new monitor; POST makes it."""
    need_operator(request)
    hosts = hosts_of(request)
    given = request.POST if request.method == "POST" else request.GET
    host = given.get("host", "")[:63] or (hosts[0] if hosts else "")
    context: dict[str, Any] = {"host": host, "hosts": hosts}
    try:
        graph = services.graph_of(visible_to(request.user), host)
    except NetboardError as error:
        return render(request, "probes/new.html", {**context, "problem": str(error)}, status=404)
    if request.method == "GET":
        form = MonitorForm(initial=request.GET.dict(), graph=graph)
        return render(request, "probes/new.html", {**context, "form": form})
    form = MonitorForm(request.POST, graph=graph)
    if form.is_valid():
        try:
            row = services.create(actor_of(request), visible_to(request.user), form.wanted(host), form.how())
            return redirect("monitors:detail", row.pk)
        except NetboardError as error:
            field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
            form.add_error(field, str(error))
    return render(request, "probes/new.html", {**context, "form": form}, status=422)


@require_POST
@login_required
def switch(request: HttpRequest, monitor: int) -> HttpResponse:
    """Switch a monitor off or on."""
    need_operator(request)
    row = _monitor(request, monitor)
    try:
        services.change(actor_of(request), row, {"enabled": not row.enabled})
    except NetboardError as error:
        messages.error(request, str(error))
    return redirect("monitors:detail", monitor)


@require_POST
@login_required
def delete(request: HttpRequest, monitor: int) -> HttpResponse:
    """Remove a monitor with its history."""
    need_operator(request)
    try:
        services.delete(actor_of(request), _monitor(request, monitor))
        messages.info(request, _("The monitor is gone."))
    except NetboardError as error:
        messages.error(request, str(error))
        return redirect("monitors:detail", monitor)
    return redirect("monitors:index")


@require_http_methods(["GET", "POST"])
@login_required
def schedules(request: HttpRequest) -> HttpResponse:
    """Scheduled sweeps with their last runs; operators make new ones."""
    visible = visible_to(request.user)
    hosts = hosts_of(request)
    given = request.POST if request.method == "POST" else request.GET
    host = given.get("host", "")[:63] or (hosts[0] if hosts else "")
    context: dict[str, Any] = {"host": host, "hosts": hosts, "may_change": may_operate(request)}
    status = 200
    try:
        graph = services.graph_of(visible, host) if may_operate(request) else None
    except NetboardError:
        graph = None
    if graph is not None:
        form = ScheduleForm(request.POST or None, graph=graph)
        context["form"] = form
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            services.create_schedule(actor_of(request), visible, host, values["network"], float(values["interval"]))
            return redirect("monitors:schedules")
        status = 422 if request.method == "POST" else 200
    elif request.method == "POST":
        raise PermissionDenied
    context["rows"] = [(row, row.runs.order_by("-slot").first()) for row in selectors.schedules(visible)[:SHOWN]]
    return render(request, "probes/schedules.html", context, status=status)


@require_POST
@login_required
def delete_schedule(request: HttpRequest, schedule: int) -> HttpResponse:
    """End a schedule."""
    need_operator(request)
    row = selectors.schedules(visible_to(request.user)).filter(pk=schedule).first()
    if row is None:
        raise Http404
    services.delete_schedule(actor_of(request), row)
    return redirect("monitors:schedules")
