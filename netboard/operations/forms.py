"""Forms for what people ask for: a form only carries values; whether they make sense is said by `core.change.specs`."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from netboard.core.change import addresses
from netboard.core.change.specs import DRIVERS_OF_FIELD, MODES
from netboard.core.change.world import World, engine_id
from netboard.core.errors import Invalid
from netboard.core.ids import class_of
from netboard.networks.words_drivers import DRIVERS
from netboard.operations.models import Pool

Choices = Sequence[tuple[str, Any]]
_DRIVERS = ("bridge", "macvlan", "ipvlan", "overlay", "host", "none")
_PARENTS = ("nic", "bridge", "vlan", "bond", "team", "veth", "dummy")


def networks_of(world: World, *, attachable: bool = False) -> Choices:
    """The networks of a host as choices, by full engine id."""
    nodes = sorted(world.networks, key=lambda node: node["name"])
    return [
        (engine_id(node), f"{node['name']} ({node['facts'].get('driver')})")
        for node in nodes
        if not attachable or node["facts"].get("driver") not in ("host", "null")
    ]


def containers_of(world: World) -> Choices:
    """The containers of a host as choices, by full engine id."""
    return [(engine_id(node), node["name"]) for node in sorted(world.containers, key=lambda node: node["name"])]


def parents_of(world: World) -> Choices:
    """The devices of the host's own namespace that a macvlan or ipvlan network may hang on."""
    found = []
    for name, node in sorted(world.devices.items()):
        if node["kind"] in _PARENTS and node["id"] not in world.implementing and class_of(node["id"]) == "device":
            addresses = node["facts"].get("addresses")
            shown = ", ".join(str(one) for one in addresses) if isinstance(addresses, list) else ""
            found.append((name, f"{name} {shown}".strip()))
    return [("", "–"), *found]


ADVANCED: Final = (
    *("size", "pool", "ip_range", "ipv6", "subnet6", "mtu", "bridge", "vlan", "mode", "encrypted"),
    *("address6", "mac", "aliases"),
)
"""Fields that few need: they stand folded below the others."""
ONLY: Final[Mapping[str, str]] = {name: " ".join(drivers) for name, drivers in DRIVERS_OF_FIELD.items()}
"""The drivers that a field is for; a field that is not named here is for all."""


class Shown(NamedTuple):
    """A field as the page shows it. `explained`: sentences for its choices, of which the chosen one's is shown."""

    bound: forms.BoundField
    only: str
    explained: Mapping[str, object]


class SpecForm(forms.Form):
    """The base: `values` are what the REST interface would be sent as `spec`."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=500, help_text=_("For the audit."))

    def __init__(self, *args: Any, world: World | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if world is not None:
            self.fill(world)

    def fill(self, world: World) -> None:
        """Fill choices from the live state."""

    def title(self, name: str) -> str:
        """What stands before an error of this field; nothing for an error of the whole form."""
        return f"{self.fields[name].label}: " if name in self.fields else ""

    def suggest(self, name: str, value: str) -> None:
        """Show in an empty field what would be taken."""
        if value:
            self.fields[name].widget.attrs["placeholder"] = value

    @property
    def main(self) -> list["Shown"]:
        """The fields that most people fill in; why comes last."""
        names = [name for name in self.fields if name not in ADVANCED and name != "reason"]
        return [self._shown(name) for name in [*names, "reason"]]

    @property
    def more(self) -> list["Shown"]:
        """The rest."""
        return [self._shown(name) for name in self.fields if name in ADVANCED]

    @property
    def said(self) -> list[tuple[str, list[str]]]:
        """Each field's name with what is wrong with it, for the places below the fields."""
        return [(name, [str(error) for error in self.errors.get(name, [])]) for name in self.fields]

    def _shown(self, name: str) -> "Shown":
        explained = {driver: DRIVERS[driver] for driver in _DRIVERS} if name == "driver" else {}
        return Shown(self[name], ONLY.get(name, ""), explained)

    @property
    def more_open(self) -> bool:
        """Whether one of the rest is filled in or wrong."""
        return any(self.is_bound and (self.data.get(name) or name in self.errors) for name in ADVANCED)

    def values(self) -> dict[str, Any]:
        """The spec. Raises `Invalid` where a text cannot even be taken apart."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False, [], {})}


class NetworkForm(SpecForm):
    """`network.create`."""

    name = forms.CharField(label=_("Name"), max_length=128, required=False)
    driver = forms.ChoiceField(
        label=_("Driver"),
        choices=[(driver, driver) for driver in _DRIVERS],
        initial="bridge",
    )
    subnet = forms.CharField(
        label=_("Subnet"), required=False, max_length=60, help_text=_("Empty: the next free one, as shown beside.")
    )
    gateway = forms.CharField(
        label=_("Gateway"), required=False, max_length=60, help_text=_("Empty: the first address of the subnet.")
    )
    ip_range = forms.CharField(
        label=_("Range for containers"), required=False, max_length=60, help_text=_("A part of the subnet.")
    )
    size = forms.IntegerField(
        label=_("Prefix length of a chosen subnet"),
        required=False,
        min_value=8,
        max_value=30,
        help_text=_("Usual: 24."),
    )
    pool = forms.ChoiceField(label=_("Pool"), required=False)
    parent = forms.ChoiceField(
        label=_("Parent"), required=False, help_text=_("For macvlan and ipvlan: the host's device it hangs on.")
    )
    vlan = forms.IntegerField(
        label=_("VLAN"),
        required=False,
        min_value=1,
        max_value=4094,
        help_text=_("The engine makes a sub-interface of the parent for this tag."),
    )
    mode = forms.ChoiceField(
        label=_("Mode"),
        required=False,
        help_text=_("macvlan: bridge is usual. ipvlan: l2 like a switch, l3 routes and has no broadcast."),
        choices=[("", "–"), *((mode, mode) for modes in MODES.values() for mode in modes)],
    )
    ipv6 = forms.BooleanField(label=_("IPv6"), required=False)
    subnet6 = forms.CharField(label=_("IPv6 subnet"), required=False, max_length=60)
    internal = forms.BooleanField(label=_("Internal: no way out"), required=False)
    isolated = forms.BooleanField(label=_("Isolated: containers cannot reach each other"), required=False)
    attachable = forms.BooleanField(
        label=_("Attachable (overlay)"),
        required=False,
        help_text=_("Without it only services of the swarm may join, no single containers."),
    )
    encrypted = forms.BooleanField(
        label=_("Encrypted (overlay)"), required=False, help_text=_("IPsec between the hosts, where their kernels can.")
    )
    mtu = forms.IntegerField(
        label=_("MTU"), required=False, min_value=68, max_value=65535, help_text=_("Empty: the engine's, usually 1500.")
    )
    bridge = forms.CharField(
        label=_("Name of the bridge device"),
        required=False,
        max_length=15,
        help_text=_("Empty: br- and the start of the network's id."),
    )

    def fill(self, world: World) -> None:
        """Parents from the kernel, pools from the database."""
        self.fields["parent"].choices = parents_of(world)  # type: ignore[attr-defined]
        self.suggest("subnet", addresses.choose(world, "bridge", size=None)[0])
        self.suggest("subnet6", addresses.choose6(world, "bridge"))
        rows = Pool.objects.filter(host__in=("", world.host))
        self.fields["pool"].choices = [  # type: ignore[attr-defined]
            ("", _("any that fits")),
            *((str(row.pk), f"{row.name} {row.subnet}") for row in rows),
        ]


class RecreateForm(NetworkForm):
    """`network.recreate`: what is filled in is changed, the rest stays."""

    network = forms.ChoiceField(label=_("Network"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["driver"].required = False
        self.fields["driver"].choices = [("", _("as it is")), *self.fields["driver"].choices]  # type: ignore[attr-defined]
        self.fields["driver"].initial = ""
        self.order_fields(["network"])

    def fill(self, world: World) -> None:
        """Networks as well."""
        super().fill(world)
        self.fields["network"].choices = networks_of(world, attachable=True)  # type: ignore[attr-defined]


class EndpointForm(SpecForm):
    """What an endpoint may be asked for."""

    address = forms.CharField(
        label=_("Address"), required=False, max_length=60, help_text=_("Empty: the engine's choice.")
    )
    address6 = forms.CharField(label=_("IPv6 address"), required=False, max_length=60)
    mac = forms.CharField(
        label=_("MAC address"),
        required=False,
        max_length=20,
        help_text=_("Empty: the engine makes one from the address."),
    )
    aliases = forms.CharField(
        label=_("Aliases"), required=False, max_length=600, help_text=_("With commas or blanks between.")
    )

    def propose(self, world: World) -> None:
        """Show the next free address of the network that is chosen, or comes first."""
        choices = self.fields["network"].choices  # type: ignore[attr-defined]
        values = self.data if self.is_bound else self.initial
        chosen = values.get("network") or next((value for value, _title in choices), "")
        node = next((node for node in world.networks if engine_id(node) == chosen), None)
        if node is not None and not node["facts"].get("builtin"):
            self.suggest("address", addresses.next_free(world, node["id"]))

    def values(self) -> dict[str, Any]:
        """Aliases as a list."""
        found = super().values()
        if "aliases" in found:
            found["aliases"] = found["aliases"].replace(",", " ").split()
        return found


class ConnectForm(EndpointForm):
    """`network.connect`."""

    network = forms.ChoiceField(label=_("Network"))
    container = forms.ChoiceField(label=_("Container"))
    field_order = ("container", "network")

    def fill(self, world: World) -> None:
        """Networks and containers."""
        self.fields["network"].choices = networks_of(world, attachable=True)  # type: ignore[attr-defined]
        self.fields["container"].choices = containers_of(world)  # type: ignore[attr-defined]
        self.propose(world)


class DisconnectForm(SpecForm):
    """`network.disconnect`."""

    container = forms.ChoiceField(label=_("Container"))
    network = forms.ChoiceField(label=_("Network"))
    field_order = ("container", "network")

    def fill(self, world: World) -> None:
        """Networks and containers."""
        self.fields["network"].choices = networks_of(world, attachable=True)  # type: ignore[attr-defined]
        self.fields["container"].choices = containers_of(world)  # type: ignore[attr-defined]


class DeleteForm(SpecForm):
    """`network.delete`."""

    network = forms.ChoiceField(label=_("Network"))
    field_order = ("network",)

    def fill(self, world: World) -> None:
        """Networks."""
        self.fields["network"].choices = networks_of(world)  # type: ignore[attr-defined]


class RunForm(EndpointForm):
    """`container.run`."""

    name = forms.CharField(label=_("Name"), max_length=128, required=False)
    image = forms.CharField(label=_("Image"), max_length=256, required=False, help_text=_("One that is on the host."))
    command = forms.CharField(
        label=_("Command"), required=False, max_length=2000, help_text=_("As in a shell; empty: the image's own.")
    )
    network = forms.ChoiceField(label=_("Network"))
    ports = forms.CharField(
        label=_("Published ports"),
        required=False,
        max_length=600,
        help_text=_("As docker run -p: 80:80 127.0.0.1:8080:80 53:53/udp"),
    )
    field_order = ("name", "image", "command", "network")

    def fill(self, world: World) -> None:
        """Networks, the built-in ones too."""
        self.fields["network"].choices = networks_of(world)  # type: ignore[attr-defined]
        self.propose(world)

    def values(self) -> dict[str, Any]:
        """Command and ports taken apart."""
        found = super().values()
        if "command" in found:
            try:
                found["command"] = shlex.split(found["command"])
            except ValueError as error:
                raise Invalid("A quotation mark is not closed.", field="command", code="command_quotes") from error
        if "ports" in found:
            found["ports"] = [port_of(text) for text in found["ports"].replace(",", " ").split()]
        return found


class RemoveForm(SpecForm):
    """`container.remove`."""

    container = forms.ChoiceField(label=_("Container"))
    field_order = ("container",)

    def fill(self, world: World) -> None:
        """The containers that netboard ran."""
        self.fields["container"].choices = [  # type: ignore[attr-defined]
            choice for choice in containers_of(world) if choice[0] in world.own
        ]


FORMS: Mapping[str, type[SpecForm]] = {
    "network.create": NetworkForm,
    "network.recreate": RecreateForm,
    "network.delete": DeleteForm,
    "network.connect": ConnectForm,
    "network.disconnect": DisconnectForm,
    "container.run": RunForm,
    "container.remove": RemoveForm,
}


def port_of(text: str) -> dict[str, Any]:
    """What `docker run -p` takes, as the spec wants it. Raises `Invalid`."""
    rest, _slash, protocol = text.partition("/")
    head, _colon, container_port = rest.rpartition(":")
    host_ip, _colon, host_port = head.rpartition(":")
    found: dict[str, Any] = {"protocol": protocol or "tcp", "host_ip": host_ip.strip("[]")}
    for name, value in (("container_port", container_port), ("host_port", host_port or "0")):
        if not value.isdecimal():
            raise Invalid(
                f"“{text[:40]}” is no published port; write it like 8080:80 or 127.0.0.1:8080:80/udp.",
                field="ports",
                code="port_text",
                params={"port": text[:40]},
            )
        found[name] = int(value)
    return found


class PoolForm(forms.Form):
    """A pool."""

    name = forms.CharField(label=_("Name"), max_length=100)
    subnet = forms.CharField(label=_("Address space"), max_length=50, help_text=_("For example 10.40.0.0/16."))
    host = forms.CharField(label=_("Host"), max_length=63, required=False, help_text=_("Empty: for all hosts."))
    drivers = forms.MultipleChoiceField(
        label=_("Drivers"),
        required=False,
        choices=[(driver, driver) for driver in ("bridge", "macvlan", "ipvlan", "overlay")],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: any."),
    )
    shortest = forms.IntegerField(label=_("Largest network (prefix length)"), initial=20, min_value=8, max_value=126)
    size = forms.IntegerField(label=_("Usual network (prefix length)"), initial=24, min_value=8, max_value=126)
    longest = forms.IntegerField(label=_("Smallest network (prefix length)"), initial=28, min_value=8, max_value=126)
    reserved = forms.CharField(
        label=_("Reserved parts"), required=False, max_length=1000, help_text=_("Subnets with blanks between.")
    )

    def values(self) -> dict[str, Any]:
        """As `pools.create` takes it."""
        found: dict[str, Any] = dict(self.cleaned_data)
        found["reserved"] = found["reserved"].replace(",", " ").split()
        return found
