"""The board's page and what its script asks for beside the graph: recent changes, tables of a namespace, exports."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from netboard.accounts.access import visible_to
from netboard.accounts.models import Role, User
from netboard.boards import exports, reading, recent_events, words, words_learn
from netboard.core.errors import BusUnavailable, Missing, NetboardError
from netboard.core.ids import host_of


@require_safe
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The topology page. Everything live comes through the socket; this is its frame and its words."""
    legend = {
        "states": [(key, words.state(key), words_learn.STATES[key]) for key in words.STATES],
        "drivers": [(key.removeprefix("driver_"), text) for key, text in words_learn.LEARN.items() if "driver_" in key],
        "kinds": [
            (words.kind(key.removeprefix("kind_")), text) for key, text in words_learn.LEARN.items() if "kind_" in key
        ],
        "nat": words_learn.LEARN["nat"],
    }
    context = {
        "words": words.block(),
        "legend": legend,
        "formats": exports.FORMATS,
        "may_change": isinstance(request.user, User) and request.user.has_role(Role.OPERATOR),
    }
    return render(request, "boards/board.html", context)


@require_safe
@login_required
def recent(request: HttpRequest) -> JsonResponse:
    """What changed lately, of everything or of one node, in the reader's words: the newest hundred."""
    node = request.GET.get("node", "")[:300]
    return JsonResponse({"items": recent_events.entries(visible_to(request.user), node)})


@require_safe
@login_required
def annex(request: HttpRequest) -> HttpResponseBase:
    """Neighbours and forwarding entries of one namespace; they change too often to be part of the graph."""
    host, namespace = request.GET.get("host", "")[:100], request.GET.get("namespace", "")[:300]
    try:
        if host_of(namespace) != host:
            raise Missing("This namespace is not on that host.")
        reading.find(visible_to(request.user), namespace)
        tables = reading.annex(host, namespace)
    except Missing as error:
        return JsonResponse({"title": str(error)}, status=404)
    except BusUnavailable as error:
        return JsonResponse({"title": words.sentence(error.code, error.params)}, status=503)
    known = tables if isinstance(tables, dict) else {}
    return JsonResponse({name: known.get(name) or [] for name in ("neighbours", "forwarding")})


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    """The graph as a file: `?format=` json, graphml, dot or mermaid; `?host=` for one host only."""
    form = exports.FORMATS.get(request.GET.get("format", ""))
    if form is None:
        return problem(request, 400, _("There is no such format; use json, graphml, dot or mermaid."))
    try:
        graph = exports.gather(visible_to(request.user), request.GET.get("host", "")[:100])
        content = form.write(graph)
    except NetboardError as error:
        return problem(
            request, 503 if isinstance(error, BusUnavailable) else 422, words.sentence(error.code, error.params)
        )
    response = HttpResponse(content, content_type=form.content_type)
    response["Content-Disposition"] = f'attachment; filename="netboard.{form.ending}"'
    return response


def problem(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """A page with one sentence on what went wrong."""
    return render(request, "boards/problem.html", {"text": text}, status=status)
