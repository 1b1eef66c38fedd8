"""Forms of monitors, silences, schedules and channels: they carry values; whether these make sense services say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from netboard.core.ports import HostGraph
from netboard.probes.monitors.models import Channel, Kind
from netboard.probes.monitors.services import Wanted

Choices = list[tuple[str, Any]]

EVERY: Choices = [
    ("5", _("5 seconds")),
    ("10", _("10 seconds")),
    ("30", _("30 seconds")),
    ("60", _("a minute")),
    ("300", _("5 minutes")),
    ("3600", _("an hour")),
]
SWEPT: Choices = [("3600", _("an hour")), ("86400", _("a day")), ("604800", _("a week"))]
HOURS: Choices = [("1", _("1 hour")), ("8", _("8 hours")), ("24", _("a day")), ("168", _("a week"))]


def _named(graph: HostGraph, kind: str) -> Choices:
    nodes = [node for node in graph.nodes.values() if node["kind"] == kind and node["facts"].get("id")]
    return [(str(node["facts"]["id"]), node["name"][:80]) for node in sorted(nodes, key=lambda node: node["name"])]


class MonitorForm(forms.Form):
    """A new monitor of one host."""

    kind = forms.ChoiceField(
        label=_("What is asked"),
        choices=[(kind.value, kind.label) for kind in Kind if kind != Kind.GATEWAYS],
        initial=Kind.CONTAINER,
    )
    source = forms.ChoiceField(label=_("From"), required=False, help_text=_("Without a container the host asks."))
    container = forms.ChoiceField(label=_("Container"), required=False)
    network = forms.ChoiceField(label=_("Network"), required=False)
    address = forms.GenericIPAddressField(label=_("Address"), required=False)
    protocol = forms.ChoiceField(label=_("By"), choices=[("icmp", "ping (ICMP)"), ("tcp", "TCP")], required=False)
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65_535)
    interval = forms.ChoiceField(label=_("Every"), choices=EVERY, initial="30")
    since = forms.TimeField(label=_("Only from (UTC)"), required=False, widget=forms.TimeInput({"type": "time"}))
    until = forms.TimeField(label=_("until (UTC)"), required=False, widget=forms.TimeInput({"type": "time"}))
    down_after = forms.IntegerField(
        label=_("Down after so many losses in a row"), initial=3, min_value=1, max_value=100
    )
    up_after = forms.IntegerField(label=_("Up after so many answers in a row"), initial=5, min_value=1, max_value=100)
    slow_ms = forms.FloatField(
        label=_("Slow from (ms)"), initial=0, min_value=0, max_value=10_000, help_text=_("0: never.")
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=200)

    def __init__(self, *args: Any, graph: HostGraph, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        containers = _named(graph, "container")
        for field, choices in (
            ("source", containers),
            ("container", containers),
            ("network", _named(graph, "network")),
        ):
            chosen = self.fields[field]
            assert isinstance(chosen, forms.ChoiceField)
            chosen.choices = [("", "–"), *choices]

    def wanted(self, host: str) -> Wanted:
        """What is to be asked."""
        given = self.cleaned_data
        names = ("kind", "name", "source", "container", "network", "address")
        values = {name: given[name] or "" for name in names}
        return Wanted(host=host, port=given["port"] or 0, protocol=given["protocol"] or "icmp", **values)

    def how(self) -> dict[str, Any]:
        """How it is to be asked."""
        given = self.cleaned_data
        window = None
        if given["since"] and given["until"]:
            hours = {name: given[name].isoformat("minutes") for name in ("since", "until")}
            window = {"days": [], "zone": "UTC", **hours}
        return {
            "interval": float(given["interval"]),
            "window": window,
            "down_after": given["down_after"],
            "up_after": given["up_after"],
            "slow_us": given["slow_ms"] * 1000,
        }


class ScheduleForm(forms.Form):
    """A new scheduled sweep."""

    network = forms.ChoiceField(label=_("Network"))
    interval = forms.ChoiceField(label=_("Every"), choices=SWEPT, initial="86400")

    def __init__(self, *args: Any, graph: HostGraph, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["network"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = _named(graph, "network")


class SilenceForm(forms.Form):
    """Silence what an alert is about."""

    hours = forms.ChoiceField(label=_("For"), choices=HOURS, initial="8")
    reason = forms.CharField(label=_("Why"), required=False, max_length=500)


class NoteForm(forms.Form):
    """What somebody says who looks after an alert."""

    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class ChannelForm(forms.Form):
    """A new channel."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("By"), choices=Channel.Kind.choices)
    target = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("An e-mail address, or the URL of a webhook: it is sent signed JSON, and no redirect is followed."),
    )
