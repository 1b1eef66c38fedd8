"""Pages: hosts and their enrolment, for administrators."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from netboard.accounts.access import EVERYTHING
from netboard.accounts.audit import actor_of
from netboard.accounts.people_views import administrators_only
from netboard.core.errors import NetboardError
from netboard.core.ids import is_host
from netboard.hosts import health, selectors, services

SHOWN = 200
"""Hosts on one page."""


class EnrolForm(forms.Form):
    """A host to enrol."""

    id = forms.CharField(
        label=gettext_lazy("Id"),
        max_length=63,
        help_text=gettext_lazy("Letters, digits, - and _; the same as NETBOARD_HOST_ID of its agent."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    again = forms.BooleanField(
        label=gettext_lazy("Replace the key that it has"),
        required=False,
        help_text=gettext_lazy("Its agent refuses every task until it has the new one."),
    )

    def clean_id(self) -> str:
        """It must be one."""
        host = str(self.cleaned_data["id"])
        if not is_host(host):
            raise forms.ValidationError(_("Letters, digits, - and _ only, at most 63."))
        return host


@administrators_only
@never_cache
def hosts(request: HttpRequest) -> HttpResponse:
    """All hosts, and how their agents do; POST enrols one and shows its key, this once."""
    form = EnrolForm(request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            key = services.enrol(actor_of(request), chosen["id"], chosen["title"], chosen["again"])
        except NetboardError as error:
            form.add_error("id", str(error))
    after = request.GET.get("after", "")[:63]
    shown = [host for host in selectors.known_hosts(EVERYTHING) if host.id > after][: SHOWN + 1]
    following = shown[SHOWN - 1].id if len(shown) > SHOWN else ""
    known = [(host, health.observer(host)) for host in shown[:SHOWN]]
    context = {
        "form": EnrolForm() if key else form,
        "key": key,
        "enrolled": form.data.get("id", ""),
        "hosts": known,
        "next": following,
    }
    return render(request, "hosts/hosts.html", context, status=422 if form.errors else 200)


@administrators_only
@require_POST
def remove(request: HttpRequest, host: str) -> HttpResponse:
    """Forget a host."""
    if not is_host(host):
        raise PermissionDenied
    try:
        services.remove(actor_of(request), host)
        messages.success(request, _("%(host)s is forgotten.") % {"host": host})
    except NetboardError as error:
        messages.error(request, str(error))
    return redirect("hosts:list")
