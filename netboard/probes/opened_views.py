"""The administrators' page: what may be swept although it reaches beyond the machine, and quotas."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.models import Role
from netboard.core.errors import Invalid, NetboardError
from netboard.hosts.models import Host
from netboard.operations.views import person_of
from netboard.probes import opened as services
from netboard.probes import quotas, selectors, words
from netboard.probes.forms import OpenForm, QuotaForm
from netboard.probes.models import Quota


@require_http_methods(["GET", "POST"])
@login_required
def opened(request: HttpRequest) -> HttpResponse:
    """Opened networks and ranges, and quotas; POST adds or changes one."""
    person_of_admin(request)
    hosts = list(Host.objects.order_by("pk").values_list("pk", flat=True))
    posted = request.POST if request.method == "POST" else None
    form = OpenForm(posted if posted and "open" in posted else None, hosts=hosts)
    quota = QuotaForm(posted if posted and "quota" in posted else None)
    if form.is_bound and form.is_valid() and _open(request, form):
        return redirect("sweeps:opened")
    if quota.is_bound and quota.is_valid() and _quota(request, quota):
        return redirect("sweeps:opened")
    context: dict[str, Any] = {
        "rows": selectors.opened(visible_to(request.user)),
        "quotas": Quota.objects.select_related("person").order_by("person__username"),
        "form": form,
        "quota": quota,
    }
    return render(request, "sweeps/opened.html", context, status=422 if posted else 200)


def person_of_admin(request: HttpRequest) -> None:
    """Raises PermissionDenied for everybody but administrators."""
    person_of(request, Role.ADMIN)


def _open(request: HttpRequest, form: OpenForm) -> bool:
    values = form.cleaned_data
    try:
        services.add(
            actor_of(request),
            visible_to(request.user),
            values["host"],
            values["network"],
            values["cidr"],
            values["reason"],
        )
    except NetboardError as error:
        _put(form, error)
        return False
    messages.success(request, _("It may be swept from now on."))
    return True


def _quota(request: HttpRequest, form: QuotaForm) -> bool:
    values = form.cleaned_data
    try:
        quotas.change(actor_of(request), values["person"], values["per_hour"], values["at_once"])
    except NetboardError as error:
        form.add_error("person", words.refusal(error))
        return False
    messages.success(request, _("The quota is set."))
    return True


def _put(form: forms.Form, error: NetboardError) -> None:
    field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
    form.add_error(field, words.refusal(error))


@require_POST
@login_required
def close(request: HttpRequest, row: int) -> HttpResponse:
    """Close what was opened."""
    person_of_admin(request)
    try:
        services.remove(actor_of(request), visible_to(request.user), row)
        messages.success(request, _("It may not be swept any more."))
    except NetboardError as error:
        messages.info(request, words.refusal(error))
    return redirect("sweeps:opened")
