"""Forms: signing in, one's own account, people and teams."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from netboard.accounts.models import Role, Scope, Team, Theme, User
from netboard.accounts.services import check_password, parse_ttl
from netboard.core.errors import Invalid
from netboard.core.ids import is_host


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together."),
        "inactive": _("This person may not sign in."),
    }


class PreferencesForm(forms.Form):
    """What a person chooses for themselves."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser asks")), *settings.LANGUAGES]
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)
    shortcuts = forms.BooleanField(
        label=_("Single-key shortcuts"),
        required=False,
        help_text=_("Keys such as / act without Ctrl. Switch off if you type by voice."),
    )


class PasswordForm(forms.Form):
    """A new password, with the old one as proof."""

    old = forms.CharField(
        label=_("Present password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )
    new = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_("At least 8 characters; not your name, not a common one, not only digits."),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        """It must be the present one."""
        old = str(self.cleaned_data["old"])
        if not self.person.check_password(old):
            raise forms.ValidationError(_("This is not your present password."))
        return old

    def clean_new(self) -> str:
        """It must be a good one."""
        return _checked(str(self.cleaned_data["new"]), self.person)


def _checked(password: str, person: User | None) -> str:
    try:
        check_password(password, person)
    except Invalid as error:
        raise forms.ValidationError(str(error)) from error
    return password


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What uses it: backup script, CI …"))
    ttl = forms.CharField(label=_("Valid for"), initial="90d", max_length=12, help_text=_("90d, 12h or 30m."))
    scope = forms.ChoiceField(label=_("It may"), choices=Scope.choices, initial=Scope.READ)

    def clean_ttl(self) -> Any:
        """The time to live."""
        try:
            return parse_ttl(str(self.cleaned_data["ttl"]))
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class NewPersonForm(forms.Form):
    """Somebody new."""

    username = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_("They can change it after signing in."),
    )

    def clean_password(self) -> str:
        """It must be a good one."""
        return _checked(str(self.cleaned_data["password"]), None)


class PersonForm(forms.Form):
    """What somebody may do and see."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    active = forms.BooleanField(label=_("May sign in"), required=False)
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a team a person sees every host."),
    )
    password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the present one stays."),
    )

    def clean_password(self) -> str:
        """It must be a good one, if one is given."""
        password = str(self.cleaned_data["password"])
        return _checked(password, None) if password else ""


class TeamForm(forms.Form):
    """A team and its hosts."""

    name = forms.CharField(label=_("Name"), max_length=100)
    hosts = forms.CharField(
        label=_("Hosts"), required=False, max_length=20000, help_text=_("Ids of hosts with spaces between: h1 h2.")
    )

    def clean_hosts(self) -> list[str]:
        """Ids, each of the right form."""
        hosts = str(self.cleaned_data["hosts"]).replace(",", " ").split()
        for host in hosts:
            if not is_host(host):
                raise forms.ValidationError(_("%(host)s is not the id of a host.") % {"host": host[:70]})
        return hosts
