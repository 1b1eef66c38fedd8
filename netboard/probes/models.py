"""Sweeps with what they found, what administrators opened for them, and how many each person may ask for.

Sweep (its own outbox) ─► SweepResult (one address that is alive or expected)      OpenedRange · Quota · SweepPosition
"""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from netboard.core.probes.model import ENDED


def new_id() -> str:
    """A random id of 80 bits, in hex."""
    return secrets.token_hex(10)


class State(models.TextChoices):
    """Where a sweep is; see `netboard.core.probes.model`."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Sweep(models.Model):
    """One pass over a range from one host. The row is its own outbox: the relay sends it until it has ended."""

    id = models.CharField(primary_key=True, max_length=20, default=new_id, editable=False)
    host = models.CharField(_("host"), max_length=63, db_index=True)
    cidr = models.CharField(_("range"), max_length=50)
    network = models.CharField(max_length=64, blank=True, default="")
    """The full engine id of the network whose addresses they are; empty for a free range."""
    network_name = models.CharField(max_length=300, blank=True, default="")
    node = models.CharField(max_length=100, blank=True, default="")
    """The network's node on the board; empty for a free range."""
    source = models.CharField(max_length=64, blank=True, default="")
    """The full engine id of the container that asks; empty: the host itself."""
    source_name = models.CharField(max_length=300, blank=True, default="")
    methods = models.JSONField(default=list)
    ports = models.JSONField(default=list)
    known = models.JSONField(default=list)
    """`core.probes.model.Known`s: what is expected, as it was when the sweep was asked for."""

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PLANNED)
    asked = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    alive = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=16, blank=True, default="")
    error = models.JSONField(null=True)
    cancelling = models.BooleanField(default=False)
    """Somebody asked to cancel it; an agent that works at it is told."""

    person = models.BigIntegerField(null=True)
    name = models.CharField(max_length=150, blank=True, default="")
    """Who asked for it, as they were called then."""
    origin = models.CharField(max_length=64, blank=True, default="")
    created = models.DateTimeField(default=timezone.now)
    begun = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    changed = models.DateTimeField(default=timezone.now)
    token = models.PositiveIntegerField(default=0)
    """Deliveries so far: reports of an earlier one are refused."""
    due = models.DateTimeField(null=True, default=timezone.now)
    """When the relay looks at it again; null: never."""

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        indexes = [
            models.Index(fields=["due"], name="sweep_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["-created", "-id"], name="sweep_newest"),
            models.Index(fields=["person", "created"], name="sweep_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.network_name or self.cidr}"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


class SweepResult(models.Model):
    """What one address said to one sweep: only those that are alive or expected."""

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="results")
    address = models.CharField(max_length=45)
    place = models.CharField(max_length=33)
    """The address as a text that sorts as addresses do: its family and 32 hex digits."""
    alive = models.BooleanField()
    kind = models.CharField(max_length=16)
    method = models.CharField(max_length=8, blank=True, default="")
    rtt_us = models.FloatField(null=True)
    mac = models.CharField(max_length=17, blank=True, default="")
    container = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    explanation = models.JSONField(default=list)
    more = models.JSONField(default=dict)
    """`macs`, `ports`, `duplicates`, `late`, `wrong_sender`, as far as there is something to say."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "place"], name="one_result_an_address")]

    def __str__(self) -> str:
        return self.address


class OpenedRange(models.Model):
    """A network that reaches beyond the machine, or a range, that an administrator opened for sweeps from a host."""

    host = models.CharField(_("host"), max_length=63)
    network = models.CharField(max_length=64, blank=True, default="")
    """A macvlan or ipvlan network's full engine id; empty where it is a range."""
    network_name = models.CharField(max_length=300, blank=True, default="")
    cidr = models.CharField(_("range"), max_length=50, blank=True, default="")
    reason = models.CharField(_("why"), max_length=300, blank=True, default="")
    person = models.BigIntegerField(null=True)
    name = models.CharField(max_length=150, blank=True, default="")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["host", "network_name", "cidr"]
        constraints = [models.UniqueConstraint(fields=["host", "network", "cidr"], name="opened_once")]

    def __str__(self) -> str:
        return f"{self.host}: {self.network_name or self.cidr}"


class Quota(models.Model):
    """How many sweeps one person may ask for, where it differs from what everybody may."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sweep_quota")
    per_hour = models.PositiveIntegerField(_("sweeps an hour"))
    at_once = models.PositiveIntegerField(_("sweeps at once"))

    def __str__(self) -> str:
        return f"{self.person_id}: {self.per_hour}/h, {self.at_once}"


class SweepPosition(models.Model):
    """How far what agents tell of sweeps has been taken in: one row."""

    position = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.position
