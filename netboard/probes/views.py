"""Pages: the list of sweeps, the form that asks for one, one sweep as it goes, and its results as a file."""

import csv
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.http import Paging, decode_cursor, encode_cursor
from netboard.accounts.models import Role, User
from netboard.core.errors import BusUnavailable, Invalid, Missing, NetboardError
from netboard.core.ids import FLEET, class_of, container_id, host_of
from netboard.core.ports import HostGraph
from netboard.core.wire import Node
from netboard.networks import graphs
from netboard.operations.views import hosts_of, person_of
from netboard.probes import expected, maps, selectors, services, words
from netboard.probes.forms import SweepForm
from netboard.probes.models import State, Sweep, SweepResult

ROWS: Final = 256
"""Addresses of one page."""
STATES: Final = {"done": "up", "failed": "down", "cancelled": "stopped"}
KINDS: Final = {
    "endpoint": "up",
    "gateway": "up",
    "kernel": "up",
    "stranger": "degraded",
    "silent": "down",
    "free": "unknown",
}


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All sweeps, newest first; `?state=` and `?host=` filter."""
    wanted = {name: request.GET[name][:63] for name in ("state", "host") if request.GET.get(name)}
    rows = selectors.sweeps(visible_to(request.user)).filter(**wanted)
    try:
        found, following = selectors.page(rows, Paging(limit=50, cursor=request.GET.get("cursor", "")[:1000]))
    except NetboardError:
        found, following = [], None
    context = {
        "rows": [shown(row) for row in found],
        "next": following,
        "wanted": wanted,
        "states": State.choices,
        "may_sweep": _may(request, Role.OPERATOR),
        "may_open": _may(request, Role.ADMIN),
    }
    return render(request, "sweeps/index.html", context)


def shown(row: Sweep) -> dict[str, Any]:
    """A sweep as lists and pages show it."""
    return {
        "row": row,
        "state": State(row.state).label,
        "glyph": STATES.get(row.state, "unknown"),
        "error": selectors.error_text(row),
        "progress": selectors.progress(row),
    }


def _may(request: HttpRequest, role: Role) -> bool:
    return isinstance(request.user, User) and request.user.has_role(role)


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """The form; POST submits it."""
    person_of(request, Role.OPERATOR)
    chosen = request.POST if request.method == "POST" else request.GET
    try:
        hosts = hosts_of(request)
        host = chosen.get("host", "")[:63] or _host_in(chosen, hosts) or (hosts[0] if hosts else "")
        graph = graphs.of(host) if host in hosts else None
        if graph is None:
            return render(request, "operations/no_host.html", {"title": _("New sweep")}, status=404)
    except BusUnavailable as error:
        problem = {"title": _("New sweep"), "problem": words.refusal(error)}
        return render(request, "operations/no_host.html", problem, status=503)
    lists = {"networks": expected.networks(graph), "containers": _containers(graph)}
    context: dict[str, Any] = {"host": host, "hosts": hosts}
    if request.method == "GET":
        form = SweepForm(initial=chosen.dict(), **lists)
        return render(request, "sweeps/new.html", {**context, "form": form})
    form = SweepForm(request.POST, **lists)
    if form.is_valid():
        values = form.cleaned_data
        wanted = services.Wanted(
            host=host,
            network=values["network"],
            cidr=values["cidr"],
            source=values["source"],
            methods=tuple(values["methods"]),
            ports=tuple(values["ports"]),
        )
        try:
            row = services.submit(actor_of(request), visible_to(request.user), wanted)
            return redirect("sweeps:detail", row.pk)
        except NetboardError as error:
            field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
            form.add_error(field, words.refusal(error))
    return render(request, "sweeps/new.html", {**context, "form": form}, status=422)


def _host_in(chosen: Any, hosts: list[str]) -> str:
    """The host of the network or container that the page was asked for."""
    named = chosen.get("network", "") or chosen.get("source", "")
    host = host_of(named[:300]) if "." in named else ""
    return "" if host == FLEET or host not in hosts else host


def _containers(graph: HostGraph) -> list[Node]:
    found = [node for node_id, node in graph.nodes.items() if class_of(node_id) == "container"]
    running = [node for node in found if node["state"] not in ("stopped", "down") and node["namespace"]]
    return sorted(running, key=lambda node: node["name"])


@require_GET
@login_required
def detail(request: HttpRequest, sweep: str) -> HttpResponse:
    """One sweep: how far it is and what it found; htmx asks for the inner part again until it has ended."""
    row = _row(request, sweep)
    kind = request.GET.get("kind", "")
    kind = kind if kind in words.KINDS else ""
    try:
        after = decode_cursor(request.GET.get("after", "")[:100])
    except Invalid:
        after = ""
    found = list(selectors.results(row, after, kind)[: ROWS + 1])
    listed = found[:ROWS]
    counts = selectors.counts(row)
    context = {
        **shown(row),
        "results": [result_of(row, each) for each in listed],
        "next": encode_cursor(listed[-1].place) if len(found) > len(listed) else "",
        "after": request.GET.get("after", "")[:100] if after else "",
        "kind": kind,
        "kinds": [(code, words.kind(code), counts[code]) for code in words.KINDS if counts.get(code)],
        "meanings": [(maps.GLYPHS[code], code, words.kind(code), text) for code, text in words.MEANINGS.items()],
        "map": _map(row),
        "summary": summary(row, counts),
        "total": sum(counts.values()),
        "may_cancel": not row.terminal and _may(request, Role.OPERATOR),
        "may_sweep": _may(request, Role.OPERATOR),
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "sweeps/_sweep.html" if partial else "sweeps/detail.html", {**context, "partial": partial})


def _row(request: HttpRequest, sweep: str) -> Sweep:
    try:
        return selectors.sweep(visible_to(request.user), sweep[:20])
    except Missing as error:
        raise Http404 from error


def _map(row: Sweep) -> maps.Map | None:
    found = SweepResult.objects.filter(sweep=row).values_list("place", "kind", "more__macs")
    return maps.of(row.cidr, ((place, kind, bool(macs)) for place, kind, macs in found.iterator(chunk_size=2000)))


def summary(row: Sweep, counts: dict[str, int]) -> str:
    """What the map shows, in words."""
    parts = [
        ngettext("%(count)d address asked", "%(count)d addresses asked", row.asked) % {"count": row.asked},
        *(f"{words.kind(code)}: {counts[code]}" for code in words.KINDS if counts.get(code)),
    ]
    return f"{row.cidr}: {', '.join(parts)}"


def result_of(row: Sweep, result: SweepResult) -> dict[str, Any]:
    """One address as the page shows it."""
    ports = result.more.get("ports", {})
    return {
        "result": result,
        "kind": words.kind(result.kind),
        "glyph": "paused" if _paused(result) else KINDS.get(result.kind, "unknown"),
        "method": words.METHODS.get(result.method, result.method),
        "explanation": words.sentences(result.explanation),
        "node": container_id(row.host, result.container) if result.container else "",
        "macs": result.more.get("macs") or ([result.mac] if result.mac else []),
        "ports": [(port, str(words.PORT_STATES.get(ports[port], ports[port]))) for port in sorted(ports, key=int)],
    }


def _paused(result: SweepResult) -> bool:
    return any(phrase["code"] == "paused" for phrase in result.explanation)


@require_POST
@login_required
def cancel(request: HttpRequest, sweep: str) -> HttpResponse:
    """Cancel it."""
    person_of(request, Role.OPERATOR)
    row = _row(request, sweep)
    try:
        services.cancel(actor_of(request), row.pk)
        messages.info(request, _("It is being cancelled; what was found until now is kept."))
    except NetboardError as error:
        messages.error(request, words.refusal(error))
    return redirect("sweeps:detail", sweep)


@require_GET
@login_required
def csv_file(request: HttpRequest, sweep: str) -> HttpResponseBase:
    """All that was found, as a file; `?kind=` filters."""
    row = _row(request, sweep)
    kind = request.GET.get("kind", "")[:16]
    writer = csv.writer(_Echo())
    head = ["address", "alive", "kind", "name", "container", "method", "rtt_us", "macs", "ports", "explanation"]

    def lines() -> Iterator[str]:
        yield writer.writerow(head)
        for each in selectors.all_results(row, kind):
            told = selectors.result_out(row, each)
            ports = " ".join(f"{port}:{state}" for port, state in told["ports"].items())
            values = [told[name] if told[name] is not None else "" for name in head[:7]]
            yield writer.writerow(
                [_plain(one) for one in [*values, " ".join(told["macs"]), ports, told["explanation"]]]
            )

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="netboard-sweep-{row.pk}.csv"'
    return answer


def _plain(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else value


class _Echo:
    def write(self, line: str) -> str:
        """Hand the line on."""
        return line
