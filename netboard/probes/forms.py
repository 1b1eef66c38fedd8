"""The forms of sweeps: what is swept from where, and what administrators open."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from netboard.core.probes.limits import MOST_PORTS
from netboard.core.wire import Node
from netboard.probes import expected, words


class PortsField(forms.CharField):
    """Ports as people write them: `80, 443`."""

    def to_python(self, value: Any) -> Any:
        """A list of numbers; raises ValidationError."""
        text = str(value or "").replace(",", " ")
        parts = text.split()
        if not all(part.isdecimal() and len(part) < 6 and 1 <= int(part) <= 65_535 for part in parts):
            raise forms.ValidationError(_("Ports are numbers of 1 to 65535, such as 80, 443."), code="ports")
        if len(parts) > MOST_PORTS:
            raise forms.ValidationError(_("At most %(most)d ports."), code="ports", params={"most": MOST_PORTS})
        return sorted({int(part) for part in parts})


class SweepForm(forms.Form):
    """One sweep of a host."""

    network = forms.ChoiceField(label=_("Network"), required=False)
    cidr = forms.CharField(
        label=_("Range"),
        required=False,
        max_length=60,
        help_text=_(
            "A part of the network, or without a network a range like 10.20.0.0/24. Empty: all of the network."
        ),
    )
    source = forms.ChoiceField(
        label=_("From"),
        required=False,
        help_text=_("From inside a container nothing in it is needed: no ping, no shell."),
    )
    ports = PortsField(
        label=_("TCP ports"),
        required=False,
        help_text=_("Tried besides, such as 80, 443. Empty: none."),
        max_length=400,
    )
    methods = forms.MultipleChoiceField(
        label=_("Methods"),
        required=False,
        choices=list(words.METHODS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: as fits; ARP or NDP where the source is attached, ICMP echo otherwise."),
    )

    def __init__(self, *args: Any, networks: Sequence[Node], containers: Sequence[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(node["id"], f"{node['name'][:80]} ({_nets(node)})") for node in networks]
        self.fields["network"].choices = [("", _("a range")), *listed]  # type: ignore[attr-defined]
        insides = [(node["id"], node["name"][:80]) for node in containers]
        self.fields["source"].choices = [("", _("the host, or one of its containers")), *insides]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A network or a range has to be said."""
        cleaned = super().clean() or {}
        if not cleaned.get("network") and not cleaned.get("cidr") and not self.errors:
            raise forms.ValidationError(_("Choose a network, or name a range."), code="network_or_range")
        return cleaned


def _nets(node: Node) -> str:
    return ", ".join(str(each["subnet"]) for each in expected.subnets(node))


class OpenForm(forms.Form):
    """What an administrator opens."""

    host = forms.ChoiceField(label=_("Host"))
    network = forms.CharField(
        label=_("Network"),
        required=False,
        max_length=300,
        help_text=_("A macvlan or ipvlan network by name or id. Either this or a range."),
    )
    cidr = forms.CharField(label=_("Range"), required=False, max_length=60)
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, *args: Any, hosts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].choices = [(host, host) for host in hosts]  # type: ignore[attr-defined]


class QuotaForm(forms.Form):
    """How many sweeps somebody may ask for."""

    person = forms.CharField(label=_("Person"), max_length=150)
    per_hour = forms.IntegerField(label=_("Sweeps an hour"), required=False, min_value=0, max_value=100_000)
    at_once = forms.IntegerField(
        label=_("At once"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("Both empty: as many as everybody."),
    )
