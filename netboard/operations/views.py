"""Pages: what was done and is being done, one operation with its steps, and the forms that ask for more."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.http import Paging
from netboard.accounts.models import Role, User
from netboard.core.change.world import World, engine_id
from netboard.core.errors import BusUnavailable, Invalid, Missing, NetboardError
from netboard.networks import graphs
from netboard.operations import planning, selectors, services, words
from netboard.operations.forms import FORMS, SpecForm
from netboard.operations.models import Operation, State


def person_of(request: HttpRequest, role: Role) -> User:
    """Who is signed in, if they have this role; raises PermissionDenied."""
    if not isinstance(request.user, User) or not request.user.has_role(role):
        raise PermissionDenied
    return request.user


def hosts_of(request: HttpRequest) -> list[str]:
    """The hosts that may be seen and have reported."""
    return visible_to(request.user).among(graphs.hosts())


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All operations, newest first; `?state=` and `?host=` filter."""
    wanted = {name: request.GET[name][:63] for name in ("state", "host") if request.GET.get(name)}
    rows = selectors.operations(visible_to(request.user)).filter(**wanted)
    try:
        found, following = selectors.page(rows, Paging(limit=50, cursor=request.GET.get("cursor", "")[:1000]))
    except NetboardError:
        found, following = [], None
    context = {
        "rows": [row_of(row) for row in found],
        "next": following,
        "wanted": wanted,
        "states": State.choices,
        "kinds": kinds(),
        "may_change": isinstance(request.user, User) and request.user.has_role(Role.OPERATOR),
    }
    return render(request, "operations/index.html", context)


def kinds() -> list[tuple[str, str]]:
    """Kinds of operations with their titles."""
    return [(kind, str(title)) for kind, title in words.KINDS.items()]


def row_of(row: Operation) -> dict[str, Any]:
    """An operation as lists and pages show it."""
    return {
        "row": row,
        "title": words.kind(row.kind),
        "state": State(row.state).label,
        "glyph": {"done": "up", "failed": "down", "rolled_back": "degraded", "cancelled": "stopped"}.get(
            row.state, "unknown"
        ),
        "error": selectors.error_text(row),
    }


@require_GET
@login_required
def detail(request: HttpRequest, operation: str) -> HttpResponse:
    """One operation: its steps as they go; htmx asks for the inner part again until it has ended."""
    try:
        row = selectors.operation(visible_to(request.user), operation)
    except Missing as error:
        raise Http404 from error
    steps = [
        {**step, "title": words.STEPS.get(step["name"], step["name"]), "word": words.STEP_STATES[step["state"]]}
        for step in selectors.step_texts(row)
    ]
    context = {
        **row_of(row),
        "steps": steps,
        "conflicts": [selectors.conflict(finding) for finding in row.findings],
        "spec": sorted(row.spec.items()),
        "may_cancel": row.state == State.PLANNED
        and isinstance(request.user, User)
        and request.user.has_role(Role.OPERATOR),
        "node": _node_of(row),
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "operations/_progress.html" if partial else "operations/detail.html", context)


def _node_of(row: Operation) -> str:
    """The node on the board that this is about, if it is there now."""
    role = "container" if row.kind.startswith("container.") else "network"
    wanted = {row.recorded.get(role), row.bound.get(role)} - {None}
    try:
        graph = graphs.of(row.host)
    except BusUnavailable:
        return ""
    nodes = graph.nodes.values() if graph else ()
    return next((n["id"] for n in nodes if n["kind"] == role and engine_id(n) in wanted), "")


@require_POST
@login_required
def cancel(request: HttpRequest, operation: str) -> HttpResponse:
    """Cancel it, if no agent has begun it."""
    person_of(request, Role.OPERATOR)
    try:
        row = selectors.operation(visible_to(request.user), operation)
        services.cancel(actor_of(request), row.pk)
        messages.info(request, _("It will not be begun."))
    except Missing as error:
        raise Http404 from error
    except NetboardError as error:
        messages.error(request, str(error))
    return redirect("operations:detail", operation)


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one kind of operation; POST submits it."""
    person_of(request, Role.OPERATOR)
    if kind not in FORMS:
        raise Http404
    chosen = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"kind": kind, "title": words.kind(kind), "kinds": kinds()}
    try:
        hosts = hosts_of(request)
        host = chosen.get("host", "")[:63] or (hosts[0] if hosts else "")
        if not host or host not in hosts:
            return render(request, "operations/no_host.html", context, status=404)
        world = planning.world_of(host)
    except (BusUnavailable, Missing) as error:
        return render(request, "operations/no_host.html", {**context, "problem": str(error)}, status=503)
    context |= {"host": host, "hosts": hosts}
    if request.method == "GET":
        form = FORMS[kind](initial={**_first(kind, world), **chosen.dict()}, world=world)
        return render(request, "operations/new.html", {**context, "form": form, **_judged(form, kind, world)})
    form = FORMS[kind](request.POST, world=world)
    if form.is_valid():
        try:
            row = services.submit(actor_of(request), host, kind, values_of(form), form.cleaned_data["reason"])
            return redirect("operations:detail", row.pk)
        except NetboardError as error:
            put_on(form, error)
            context |= {"problem": str(error)}
            if isinstance(error, services.Refused):
                context |= _shown(error.preview, world)
    return render(request, "operations/new.html", {**context, "form": form}, status=422)


@require_POST
@login_required
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    """What the form as it stands would do: asked while somebody types. Changes nothing."""
    if kind not in FORMS:
        raise Http404
    host = request.POST.get("host", "")[:63]
    if not visible_to(request.user).sees(host):
        raise Http404
    try:
        world = planning.world_of(host)
    except NetboardError as error:
        return render(request, "operations/_preview.html", {"problem": str(error)})
    form = FORMS[kind](request.POST, world=world)
    context = {**_judged(form, kind, world), "kind": kind, "host": host}
    return render(request, "operations/_preview.html", {**context, "said": form.said})


def values_of(form: SpecForm) -> dict[str, Any]:
    """The form's spec, without what is not part of it."""
    return {name: value for name, value in form.values().items() if name != "reason"}


def put_on(form: SpecForm, error: NetboardError) -> None:
    """Put an error on the field that it is about."""
    if isinstance(error, Invalid):
        form.add_error(error.field if error.field in form.fields else None, str(error))


def _first(kind: str, world: World) -> dict[str, Any]:
    """Sensible defaults."""
    return {"driver": "bridge"} if kind == "network.create" else {}


def _judged(form: SpecForm, kind: str, world: World) -> dict[str, Any]:
    """The preview of a form, or what is wrong with it."""
    if not form.is_bound:
        form = type(form)(form.initial, world=world)
    if not form.is_valid():
        return {"errors": [f"{form.title(name)}{one}" for name, errors in form.errors.items() for one in errors]}
    try:
        found = planning.preview(world.host, kind, values_of(form)).preview
    except NetboardError as error:
        put_on(form, error)
        return {"errors": [str(error)]}
    for finding in found.findings:
        if finding.severity == "refuse" and finding.field in form.fields:
            form.add_error(finding.field, selectors.conflict(finding)["message"])
    return _shown(found, world)


def _shown(found: Any, world: World) -> dict[str, Any]:
    conflicts = [selectors.conflict(finding) for finding in found.findings]
    doomed = [world.nodes[node]["name"] for node in found.removed_nodes if node in world.nodes]
    touched = [world.nodes[node]["name"] for node in found.touched if node in world.nodes]
    return {
        "preview": found,
        "refusals": [one for one in conflicts if one["severity"] == "refuse"],
        "warnings": [one for one in conflicts if one["severity"] == "warn"],
        "planned": [node["name"] for node in found.nodes],
        "subnets": [
            subnet["subnet"]
            for node in found.nodes
            for subnet in node["facts"].get("subnets") or []
            if isinstance(subnet, dict)
        ],
        "doomed": doomed,
        "touched": touched,
        "spec": services.asked_text(found.spec),
    }


def link_to(kind: str, **values: str) -> str:
    """The address of a form with values filled in."""
    return f"{reverse('operations:new', args=[kind])}?{urlencode(values)}"
