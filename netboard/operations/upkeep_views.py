"""Pages: pools, differences, clean-up of unused networks, and the audit."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.models import AuditEntry, Role, User
from netboard.core.change.world import engine_id, subnets_of
from netboard.core.errors import BusUnavailable, Invalid, Missing, NetboardError
from netboard.networks import graphs
from netboard.operations import differences, planning, selectors, services
from netboard.operations import pools as pool_services
from netboard.operations.forms import PoolForm
from netboard.operations.views import hosts_of, person_of

AUDIT_PAGE = 100


@require_http_methods(["GET", "POST"])
@login_required
def pools(request: HttpRequest) -> HttpResponse:
    """Pools with how full they are; administrators make new ones."""
    visible = visible_to(request.user)
    form, status = PoolForm(), 200
    if request.method == "POST":
        person_of(request, Role.ADMIN)
        form, status = PoolForm(request.POST), 422
        if form.is_valid():
            try:
                pool_services.create(actor_of(request), form.values())
                messages.success(request, _("The pool is there."))
                return redirect("operations:pools")
            except NetboardError as error:
                field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
                form.add_error(field, str(error))
    context: dict[str, Any] = {
        "form": form,
        "may_change": isinstance(request.user, User) and request.user.has_role(Role.ADMIN),
    }
    try:
        context["pools"] = [pool_services.out(row, visible) for row in selectors.pools(visible)]
        context["networks"] = _usage(request)
    except BusUnavailable as error:
        context["problem"], status = str(error), 503
    return render(request, "operations/pools.html", context, status=status)


def _usage(request: HttpRequest) -> list[dict[str, Any]]:
    """How full each subnet is, the fullest first; at most 100."""
    found: list[dict[str, Any]] = []
    for host, nodes in graphs.networks(hosts_of(request)).items():
        for node in nodes:
            listed = node["facts"].get("subnets")
            for one in listed if isinstance(listed, list) else []:
                if isinstance(one, dict) and isinstance(one.get("size"), int) and one["size"]:
                    used, size = int(str(one.get("used") or 0)), int(str(one["size"]))
                    found.append({"node": node, "host": host, **one, "share": used / size})
    return sorted(found, key=lambda one: -float(one["share"]))[:100]


@require_POST
@login_required
def delete_pool(request: HttpRequest, pool: int) -> HttpResponse:
    """Remove a pool."""
    person_of(request, Role.ADMIN)
    try:
        pool_services.delete(actor_of(request), pool)
        messages.success(request, _("The pool is gone; networks that were cut from it stay."))
    except Missing as error:
        messages.info(request, str(error))
    return redirect("operations:pools")


@require_GET
@login_required
def drift(request: HttpRequest) -> HttpResponse:
    """Where record, engine and kernel differ."""
    host = request.GET.get("host", "")[:63]
    try:
        hosts = hosts_of(request)
        context: dict[str, Any] = {
            "differences": differences.all_of(visible_to(request.user), host),
            "host": host,
            "hosts": hosts,
            "some": len(hosts) > differences.MOST and not host,
        }
    except BusUnavailable as error:
        return render(request, "operations/differences.html", {"problem": str(error)}, status=503)
    return render(request, "operations/differences.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def clean_up(request: HttpRequest) -> HttpResponse:
    """Unused networks of a host: chosen ones are deleted, each by an operation of its own."""
    person_of(request, Role.OPERATOR)
    try:
        hosts = hosts_of(request)
        host = (request.POST.get("host") or request.GET.get("host") or (hosts[0] if hosts else ""))[:63]
        if host not in hosts:
            return render(request, "operations/no_host.html", {"title": _("Clean up")}, status=404)
        unused = _unused(host)
    except (BusUnavailable, Missing) as error:
        return render(request, "operations/no_host.html", {"title": _("Clean up"), "problem": str(error)}, status=503)
    if request.method == "POST":
        chosen = set(request.POST.getlist("network")) & {one["id"] for one in unused}
        done = _delete(request, host, sorted(chosen))
        messages.info(request, _("%(count)d networks are being deleted.") % {"count": done})
        return redirect("operations:index")
    return render(request, "operations/clean_up.html", {"host": host, "hosts": hosts, "unused": unused})


def _delete(request: HttpRequest, host: str, chosen: list[str]) -> int:
    done = 0
    for network in chosen:
        try:
            services.submit(actor_of(request), host, "network.delete", {"network": network}, "clean-up")
            done += 1
        except NetboardError as error:
            messages.error(request, str(error))
    return done


def _unused(host: str) -> list[dict[str, Any]]:
    world = planning.world_of(host)
    found = []
    for node in sorted(world.networks, key=lambda one: one["name"]):
        if (
            node["facts"].get("builtin")
            or world.endpoints(node["id"])
            or node["name"] in ("docker_gwbridge", "ingress")
        ):
            continue
        found.append({"id": engine_id(node), "node": node, "subnets": subnets_of(node)})
    return found


def _entries(request: HttpRequest) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.order_by("-pk")
    query = request.GET.get("q", "")[:200].strip()
    for word in query.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(action__icontains=word)
            | Q(object__icontains=word)
            | Q(origin__icontains=word)
            | Q(detail__icontains=word)
        )
    before = request.GET.get("before", "")
    return rows.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else rows


@require_GET
@login_required
def audit(request: HttpRequest) -> HttpResponse:
    """Who changed what, when, from where, and what was before; for administrators."""
    person_of(request, Role.ADMIN)
    rows = list(_entries(request)[: AUDIT_PAGE + 1])
    shown = rows[:AUDIT_PAGE]
    context = {
        "entries": shown,
        "query": request.GET.get("q", "")[:200],
        "before": shown[-1].pk if len(rows) > len(shown) else None,
    }
    return render(request, "operations/audit.html", context)


@require_GET
@login_required
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file, everything that matches."""
    person_of(request, Role.ADMIN)
    writer = csv.writer(_Echo())
    head = ["id", "at", "person", "name", "origin", "action", "object", "detail", "request"]

    def lines() -> Iterator[str]:
        yield writer.writerow(head)
        for row in _entries(request).iterator(chunk_size=1000):
            values = [row.pk, row.at.isoformat(), row.person, row.name, row.origin]
            yield writer.writerow([_plain(one) for one in [*values, row.action, row.object, row.detail, row.request]])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="netboard-audit.csv"'
    return answer


def _plain(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else value


class _Echo:
    def write(self, line: str) -> str:
        """Hand the line on."""
        return line
