"""What the recorder keeps: what happened, what was known of each node, and how far each log has been read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One thing that happened to one node."""

    class Change(models.TextChoices):
        """What happened."""

        APPEARED = "appeared", _("appeared")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")

    host = models.CharField(max_length=63)
    at = models.DateTimeField(db_index=True)
    """When the observer told it."""
    node = models.CharField(max_length=300)
    kind = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    change = models.CharField(max_length=8, choices=Change.choices)
    what = models.JSONField(default=list)
    """Of a change: `[{field, before, after}]`."""
    cause_kind = models.CharField(max_length=16, default="outside")
    """operation, request, monitor, or outside: nothing that netboard did."""
    cause_id = models.CharField(max_length=64, blank=True, default="")
    person = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["host", "-id"], name="event_of_host"),
            models.Index(fields=["node", "-id"], name="event_of_node"),
        ]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.node} {self.change}"


class KnownNode(models.Model):
    """A node as it was last told, and its slot: given back to the bus when that has lost it."""

    host = models.CharField(max_length=63)
    """Whose log told it; of an overlay network every host's that has a part in it."""
    node = models.CharField(max_length=300)
    kind = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    slot = models.IntegerField()
    summary = models.JSONField(default=dict)
    """What is worth an event when it changes."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "node"], name="known_node_once")]

    def __str__(self) -> str:
        return self.node


class LogPosition(models.Model):
    """How far a host's log has been recorded."""

    host = models.CharField(max_length=63, primary_key=True)
    epoch = models.CharField(max_length=32)
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.host} {self.epoch}/{self.seq}"
