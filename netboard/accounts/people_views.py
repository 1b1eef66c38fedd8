"""People and teams, for administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from netboard.accounts import services
from netboard.accounts.audit import actor_of
from netboard.accounts.forms import NewPersonForm, PersonForm, TeamForm
from netboard.accounts.models import AuditEntry, Role, Team, User
from netboard.core.errors import Invalid, NetboardError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def administrators_only(view: View[P]) -> View[P]:
    """Others who are signed in get 403; who is not signed in gets the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User) or not request.user.has_role(Role.ADMIN):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


def _told(form: forms.Form, error: NetboardError) -> None:
    named = {"name": "username"}.get(error.field, error.field) if isinstance(error, Invalid) else ""
    field = named if named in form.fields else None
    form.add_error(field, str(error))


@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, every team, and what was done lately."""
    context = {
        "people": User.objects.prefetch_related("teams"),
        "teams": Team.objects.prefetch_related("people"),
        "entries": AuditEntry.objects.all()[:20],
    }
    return render(request, "accounts/people.html", context)


@sensitive_post_parameters("password")
@administrators_only
def new_person(request: HttpRequest) -> HttpResponse:
    """Somebody new."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            person = services.create_person(
                actor_of(request), chosen["username"], Role(chosen["role"]), chosen["password"]
            )
        except NetboardError as error:
            _told(form, error)
        else:
            messages.success(request, _("%(name)s may sign in now.") % {"name": person.username})
            return redirect("accounts:person", person.pk)
    return _form(request, form, _("New person"))


@sensitive_post_parameters("password")
@administrators_only
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody may."""
    somebody = get_object_or_404(User, pk=pk)
    initial = {"role": somebody.role, "active": somebody.is_active, "teams": somebody.teams.all()}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        actor = actor_of(request)
        try:
            services.change_person(
                actor, somebody, role=Role(chosen["role"]), active=chosen["active"], teams=chosen["teams"]
            )
            if chosen["password"]:
                services.set_password(actor, somebody, chosen["password"])
        except NetboardError as error:
            _told(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    return _form(request, form, somebody.username, tokens=somebody.tokens.filter(revoked=None), somebody=somebody)


@administrators_only
@require_POST
def revoke_theirs(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    """End somebody's token."""
    somebody = get_object_or_404(User, pk=pk)
    try:
        services.revoke_token(actor_of(request), somebody, token)
        messages.success(request, _("The token is revoked."))
    except NetboardError:
        messages.info(request, _("This token was gone already."))
    return redirect("accounts:person", pk)


@administrators_only
def team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A team: make it or change it."""
    row = get_object_or_404(Team, pk=pk) if pk else None
    form = TeamForm(request.POST or None, initial={"name": row.name, "hosts": " ".join(row.hosts)} if row else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_team(actor_of(request), row, form.cleaned_data["name"], form.cleaned_data["hosts"])
        except NetboardError as error:
            _told(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    return _form(request, form, row.name if row else _("New team"), team=row)


@administrators_only
@require_POST
def delete_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a team."""
    try:
        services.delete_team(actor_of(request), get_object_or_404(Team, pk=pk))
        messages.success(request, _("The team is removed."))
    except NetboardError as error:
        messages.error(request, str(error))
    return redirect("accounts:people")


def _form(request: HttpRequest, form: forms.Form, heading: str, **more: object) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "accounts/form.html", {"form": form, "heading": heading, **more}, status=status)
