"""Operations, what is promised to them, and pools."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from netboard.core.operations import TERMINAL

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


def new_id() -> str:
    """A random id of 80 bits, in hex."""
    return secrets.token_hex(10)


class CidrField(_Text):
    """A subnet. On PostgreSQL its own type, so that the database itself can tell what overlaps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 50)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """`cidr` on PostgreSQL, a text elsewhere."""
        return "cidr" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        """Cast explicitly: the driver sends texts as texts."""
        return "%s::cidr" if connection.vendor == "postgresql" else "%s"


class State(models.TextChoices):
    """Where an operation is; see `netboard.core.operations`."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    VERIFYING = "verifying", _("verifying")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    ROLLED_BACK = "rolled_back", _("rolled back")
    CANCELLED = "cancelled", _("cancelled")


class Operation(models.Model):
    """One change to one host's engine. The row is its own outbox: the relay sends it until it is terminal."""

    id = models.CharField(primary_key=True, max_length=20, default=new_id, editable=False)
    host = models.CharField(_("host"), max_length=63, db_index=True)
    kind = models.CharField(_("kind"), max_length=32)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PLANNED)
    asked = models.JSONField(default=dict)
    """The spec as somebody asked for it."""
    spec = models.JSONField(default=dict)
    """The spec as it was bound: full engine ids, explicit subnets."""
    subject = models.CharField(max_length=200, blank=True, default="")
    """What it is about, for people: the network's or container's name."""
    bound = models.JSONField(default=dict)
    """Full engine ids that the plan was made against, by role."""
    findings = models.JSONField(default=list)
    """What the plan warned of: [{code, severity, params, object, field}]."""
    steps = models.JSONField(default=list)
    recorded = models.JSONField(default=dict)
    """Full ids of what was made, by role, as soon as they were known."""
    error = models.JSONField(null=True)
    result = models.JSONField(default=dict)
    reason = models.CharField(_("why"), max_length=500, blank=True, default="")

    person = models.BigIntegerField(null=True)
    name = models.CharField(max_length=150, blank=True, default="")
    """Who asked for it, as they were called then."""

    created = models.DateTimeField(default=timezone.now, db_index=True)
    changed = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    token = models.PositiveIntegerField(default=0)
    """Deliveries so far: reports of an earlier one are refused."""
    due = models.DateTimeField(null=True, default=timezone.now)
    """When the relay looks at it again; null: never. On an operation that has ended: when its surplus is tidied up."""

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = [models.Index(fields=["due"], name="operation_due", condition=models.Q(due__isnull=False))]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in TERMINAL


class NameClaim(models.Model):
    """A name promised to one operation: nobody else on this host gets it while the claim stands."""

    host = models.CharField(max_length=63)
    name = models.CharField(max_length=200)
    """A network's name, or `container:<name>`."""
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="name_promised_once")]

    def __str__(self) -> str:
        return f"{self.host}: {self.name}"


class SubnetClaim(models.Model):
    """A subnet promised to one operation. PostgreSQL excludes overlaps by a constraint; SQLite has one writer at a
    time, which looks before it writes, in the same transaction."""

    host = models.CharField(max_length=63, db_index=True)
    subnet = CidrField()
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="subnets")

    def __str__(self) -> str:
        return f"{self.host}: {self.subnet}"


class Pool(models.Model):
    """Address space that networks are cut from. Without a host it is for all of them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    subnet = models.CharField(_("subnet"), max_length=50)
    host = models.CharField(_("host"), max_length=63, blank=True, default="")
    drivers = models.JSONField(_("drivers"), default=list, blank=True)
    """Empty: any."""
    size = models.PositiveSmallIntegerField(_("usual prefix length"), default=24)
    shortest = models.PositiveSmallIntegerField(_("shortest prefix length"), default=16)
    longest = models.PositiveSmallIntegerField(_("longest prefix length"), default=28)
    reserved = models.JSONField(_("reserved parts"), default=list, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("pool")
        verbose_name_plural = _("pools")

    def __str__(self) -> str:
        return self.name


class IntakePosition(models.Model):
    """How far the agents' reports have been taken in: one row."""

    position = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.position
