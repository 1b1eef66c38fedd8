"""Signing in and out, and one's own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from netboard.accounts import services
from netboard.accounts.announce import rights_changed
from netboard.accounts.audit import Actor, actor_of, record
from netboard.accounts.forms import PasswordForm, PreferencesForm, SignInForm, TokenForm
from netboard.accounts.languages import remember_language
from netboard.accounts.models import Scope, User
from netboard.accounts.throttle import forgive, sign_in_limits, spend
from netboard.accounts.visitors import address_of
from netboard.core.errors import Missing


class SignIn(LoginView):
    """Name and password, so many times."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        """Count first, so that parallel guesses count too."""
        username = request.POST.get("username", "")[:150]
        limits = sign_in_limits(username, address_of(request))
        wait = spend(limits)
        if wait:
            record(Actor(name=username, origin=address_of(request)), "sign_in.limited")
            context = self.get_context_data(form=SignInForm(request), wait=(wait + 59) // 60)
            answer = render(request, self.template_name, context, status=429)
            answer["Retry-After"] = str(wait)
            return answer
        answer = super().post(request, *args, **kwargs)
        signed_in = request.user if isinstance(request.user, User) else None
        origin = Actor(signed_in.pk if signed_in else None, username, address_of(request))
        record(origin, "sign_in.done" if signed_in else "sign_in.failed")
        if signed_in:
            forgive(limits)
            remember_language(answer, signed_in.language)
        return answer


sign_in = sensitive_post_parameters("password")(SignIn.as_view())


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; its sockets close."""
    person = request.user if isinstance(request.user, User) else None
    if person is not None:
        record(actor_of(request), "sign_out")
    logout(request)
    if person is not None:
        rights_changed(person.pk)
    return redirect("accounts:sign_in")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language: in the cookie, and for who is signed in also for other browsers."""
    answer = set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return answer


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _account(request: HttpRequest, status: int = 200, **forms: object) -> HttpResponse:
    person = _person(request)
    context = {
        "preferences": PreferencesForm(
            initial={"language": person.language, "theme": person.theme, "shortcuts": person.shortcuts}
        ),
        "password": PasswordForm(person),
        "token": TokenForm(),
        "tokens": person.tokens.filter(revoked=None),
        **forms,
    }
    return render(request, "accounts/account.html", context, status=status)


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Preferences, password and tokens; POST saves the preferences."""
    if request.method != "POST":
        return _account(request)
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _account(request, 422, preferences=form)
    person = _person(request)
    chosen = form.cleaned_data
    person.language, person.theme, person.shortcuts = chosen["language"], chosen["theme"], chosen["shortcuts"]
    person.save(update_fields=["language", "theme", "shortcuts"])
    messages.success(request, _("Saved."))
    answer = redirect("accounts:account")
    remember_language(answer, person.language)
    return answer


@sensitive_post_parameters()
@login_required
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """A new password; other sessions of this person end."""
    person = _person(request)
    form = PasswordForm(person, request.POST)
    if not form.is_valid():
        return _account(request, 422, password=form)
    services.set_password(actor_of(request), person, form.cleaned_data["new"])
    update_session_auth_hash(request, person)
    messages.success(request, _("Your password is changed; your other sessions have ended."))
    return redirect("accounts:account")


@login_required
@require_POST
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token, shown once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account(request, 422, token=form)
    chosen = form.cleaned_data
    _row, secret = services.make_token(
        actor_of(request), _person(request), chosen["name"], chosen["ttl"], Scope(chosen["scope"])
    )
    return _account(request, fresh_token=secret)


@login_required
@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    """End a token."""
    try:
        services.revoke_token(actor_of(request), _person(request), token)
        messages.success(request, _("The token is revoked."))
    except Missing:
        messages.info(request, _("This token was gone already."))
    return redirect("accounts:account")
