"""Pages: alerts, who looks after them, what is silenced, and the channels they are sent by."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from netboard.accounts.access import visible_to
from netboard.accounts.audit import actor_of
from netboard.accounts.models import Role, User
from netboard.core.errors import Invalid, Missing, NetboardError
from netboard.probes.monitors import alerts, services, words
from netboard.probes.monitors.forms import ChannelForm, NoteForm, SilenceForm
from netboard.probes.monitors.models import Alert, Channel
from netboard.probes.monitors.views import may_operate, need_operator

PAST: Final = 50
"""Alerts that are over on the page."""


def _shown(row: Alert) -> dict[str, Any]:
    silence = alerts.silence_of(row, timezone.now()) if row.closed is None else None
    return {"row": row, "title": words.title(row), "why": words.evidence(row), "silence": silence}


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """What is wrong now, then what was; and what nobody is told of."""
    visible = visible_to(request.user)
    rows = alerts.of(visible)
    context = {
        "open": [_shown(row) for row in rows.filter(closed=None).order_by("-opened")[:200]],
        "past": [_shown(row) for row in rows.exclude(closed=None).order_by("-closed")[:PAST]],
        "silences": alerts.silences(visible).order_by("until"),
        "may_change": may_operate(request),
        "administers": _administers(request),
    }
    return render(request, "probes/alerts.html", context)


def _administers(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.has_role(Role.ADMIN)


def _alert(request: HttpRequest, number: int) -> Alert:
    row = alerts.of(visible_to(request.user)).filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@require_GET
@login_required
def detail(request: HttpRequest, alert: int) -> HttpResponse:
    """One alert: its cause, everything that it is about, who looks after it, who was told."""
    row = _alert(request, alert)
    members = [
        {"row": one, "name": one.series.label or one.series.monitor.target_name, "why": words.code(one.code)}
        for one in alerts.members_of([row])[row.pk]
    ]
    context = {
        **_shown(row),
        "members": members,
        "deliveries": row.deliveries.select_related("channel").order_by("pk") if _administers(request) else [],
        "may_change": may_operate(request),
        "note": NoteForm(),
        "silencing": SilenceForm(),
    }
    return render(request, "probes/alert.html", context)


@require_POST
@login_required
def acknowledge(request: HttpRequest, alert: int) -> HttpResponse:
    """Say that one looks after it."""
    need_operator(request)
    form = NoteForm(request.POST)
    try:
        alerts.acknowledge(actor_of(request), visible_to(request.user), alert, form.data.get("note", "")[:500])
    except Missing as error:
        raise Http404 from error
    except NetboardError as error:
        messages.error(request, str(error))
    return redirect("monitors:alert", alert)


@require_POST
@login_required
def silence(request: HttpRequest, alert: int) -> HttpResponse:
    """Have nobody told of this alert's cause for a while."""
    need_operator(request)
    row = _alert(request, alert)
    form = SilenceForm(request.POST)
    if form.is_valid():
        until = timezone.now() + timedelta(hours=int(form.cleaned_data["hours"]))
        alerts.silence(actor_of(request), row.host, until, None, row.thing, form.cleaned_data["reason"])
    return redirect("monitors:alert", alert)


@require_POST
@login_required
def unsilence(request: HttpRequest, silence: int) -> HttpResponse:
    """End a silence."""
    need_operator(request)
    try:
        alerts.unsilence(actor_of(request), visible_to(request.user), silence)
    except Missing as error:
        raise Http404 from error
    return redirect("monitors:alerts")


@require_http_methods(["GET", "POST"])
@login_required
def channels(request: HttpRequest) -> HttpResponse:
    """Where alerts are sent. For administrators."""
    if not _administers(request):
        raise PermissionDenied
    form, status = ChannelForm(), 200
    if request.method == "POST":
        form, status = ChannelForm(request.POST), 422
        if form.is_valid():
            try:
                row = services.create_channel(actor_of(request), form.cleaned_data)
                told = (
                    _("It is signed with {secret}; this is told once.").format(secret=row.secret) if row.secret else ""
                )
                messages.success(request, f"{_('The channel is there.')} {told}")
                return redirect("monitors:channels")
            except NetboardError as error:
                field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
                form.add_error(field, str(error))
    rows = [
        (row, row.deliveries.filter(arrived=None, attempts__gt=0).order_by("-pk").first())
        for row in Channel.objects.all()
    ]
    return render(request, "probes/channels.html", {"form": form, "rows": rows}, status=status)


@require_POST
@login_required
def delete_channel(request: HttpRequest, channel: int) -> HttpResponse:
    """Remove a channel."""
    if not _administers(request):
        raise PermissionDenied
    row = Channel.objects.filter(pk=channel).first()
    if row is None:
        raise Http404
    services.delete_channel(actor_of(request), row)
    return redirect("monitors:channels")
