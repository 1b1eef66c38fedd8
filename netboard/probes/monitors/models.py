"""Monitors, what they ask one by one, what is kept of it, and what follows when it does not answer.

Monitor ─► Series (one thing that is asked) ─► Bucket (a span of its history)
                └─► Incident (from down or degraded until up) ─► Alert (what has one cause) ─► Delivery ─► Channel
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a monitor asks."""

    GATEWAYS = "gateways", _("every container's gateway")
    GATEWAY = "gateway", _("a container's gateway")
    CONTAINER = "container", _("a container")
    ADDRESS = "address", _("an address")
    PUBLISHED = "published", _("a published port")
    NETWORK = "network", _("every container on a network")


class State(models.TextChoices):
    """How what is asked stands."""

    UP = "up", _("up")
    DEGRADED = "degraded", _("degraded")
    DOWN = "down", _("down")
    UNKNOWN = "unknown", _("unknown")


class Monitor(models.Model):
    """Something that one host's prober asks on a schedule."""

    host = models.CharField(_("host"), max_length=63, db_index=True)
    """Whose prober asks."""
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("what is asked"), max_length=16, choices=Kind.choices)
    source = models.CharField(max_length=64, blank=True, default="")
    """The full engine id of the container that asks; empty: the host itself."""
    source_name = models.CharField(max_length=300, blank=True, default="")
    container = models.CharField(max_length=64, blank=True, default="")
    network = models.CharField(max_length=64, blank=True, default="")
    target_name = models.CharField(max_length=300, blank=True, default="")
    """What is asked, as people call it."""
    address = models.CharField(max_length=45, blank=True, default="")
    port = models.PositiveIntegerField(default=0)
    protocol = models.CharField(max_length=4, default="icmp")
    about = models.CharField(max_length=63, blank=True, default="")
    """The host whose published port another host asks; empty: its own."""
    predicted = models.BooleanField(default=False)
    """It is asked from where nobody would ask (the host itself), so what it says of outside is only likely."""
    interval = models.FloatField(default=30.0)
    jitter = models.FloatField(default=0.1)
    timeout = models.FloatField(default=1.0)
    window = models.JSONField(null=True)
    """`core.probes.model.Window`; null: always."""
    down_after = models.PositiveSmallIntegerField(default=3)
    up_after = models.PositiveSmallIntegerField(default=5)
    loss = models.FloatField(default=0.2)
    slow_us = models.FloatField(default=0.0)
    enabled = models.BooleanField(default=True)
    person = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=150, blank=True, default="")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(kind="gateways"), name="one_default_monitor_a_host"
            )
        ]
        verbose_name = _("monitor")
        verbose_name_plural = _("monitors")

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """One thing that a monitor asks: its state now."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="series")
    key = models.CharField(max_length=64, blank=True, default="")
    """Of the default monitor and of networks the container's full id, else empty."""
    label = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.UNKNOWN)
    since = models.DateTimeField(default=timezone.now)
    memory = models.JSONField(default=list)
    """`core.probes.states.Memory`."""
    at = models.DateTimeField(null=True)
    """When it was asked last, by the host's clock."""
    heard = models.DateTimeField(null=True, db_index=True)
    """When that was told, by the board's clock."""
    rtt_us = models.FloatField(null=True)
    code = models.CharField(max_length=32, blank=True, default="")
    incident = models.ForeignKey("Incident", null=True, on_delete=models.SET_NULL, related_name="+")
    """The open one."""
    ended = models.DateTimeField(null=True)
    """Since when the container is gone for good."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "key"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.monitor_id}/{self.key[:12]} {self.state}"


class Bucket(models.Model):
    """What happened to one series in one span of time; see `core.probes.history`."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE)
    level = models.PositiveIntegerField()
    """Seconds of the span."""
    start = models.BigIntegerField()
    """Seconds since the epoch; a whole multiple of the level."""
    sent = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    least = models.FloatField(null=True)
    most = models.FloatField(null=True)
    total = models.FloatField(default=0.0)
    latencies = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "level", "start"], name="bucket_once")]
        indexes = [models.Index(fields=["level", "start"], name="bucket_age")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.level} {self.start}"


class Rolled(models.Model):
    """Up to when a level was summed up from the finer one."""

    level = models.PositiveIntegerField(primary_key=True)
    until = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.level} {self.until}"


class Incident(models.Model):
    """One thing that did not answer as it should, from its first moment until it did again. Flapping is one."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="incidents")
    host = models.CharField(max_length=63)
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    worst = models.CharField(max_length=8, choices=State.choices)
    code = models.CharField(max_length=32, blank=True, default="")
    alert = models.ForeignKey("Alert", null=True, on_delete=models.SET_NULL, related_name="incidents")

    class Meta:
        indexes = [models.Index(fields=["closed", "alert"], name="incident_open")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.opened:%Y-%m-%d %H:%M:%S} {self.worst}"


class Cause(models.TextChoices):
    """What incidents have in common."""

    HOST = "host", _("the host")
    NETWORK = "network", _("the network")
    CONTAINER = "container", _("the container")
    MONITOR = "monitor", _("the monitor")


class Alert(models.Model):
    """What people are told: all incidents that have one cause."""

    host = models.CharField(max_length=63, db_index=True)
    cause = models.CharField(max_length=9, choices=Cause.choices)
    thing = models.CharField(max_length=300)
    """The node that is the cause, or the monitor's id."""
    name = models.CharField(max_length=300, blank=True, default="")
    evidence = models.CharField(max_length=32, blank=True, default="")
    """A code: `bridge_down`, `all_silent` …"""
    worst = models.CharField(max_length=8, choices=State.choices)
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    told = models.DateTimeField(null=True)
    """When it was given to the channels; null: not yet, since it was silenced or acknowledged."""
    told_end = models.BooleanField(default=False)
    acknowledged = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "cause", "thing"], condition=models.Q(closed=None), name="one_open_alert_a_cause"
            )
        ]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return f"{self.cause} {self.name}"


class Silence(models.Model):
    """Nobody is told of what fits this, until then. The pages show it all the same."""

    host = models.CharField(max_length=63)
    monitor = models.ForeignKey(Monitor, null=True, on_delete=models.CASCADE)
    """Null: all of the host."""
    thing = models.CharField(max_length=300, blank=True, default="")
    """Only alerts whose cause is this; empty: all."""
    until = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    person_name = models.CharField(max_length=150, blank=True, default="")
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.host} until {self.until:%Y-%m-%d %H:%M}"


class Channel(models.Model):
    """Where alerts are sent; set by administrators."""

    class Kind(models.TextChoices):
        """By what."""

        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("by"), max_length=8, choices=Kind.choices)
    target = models.CharField(_("address"), max_length=500)
    secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    """What signs webhooks."""
    hosts = models.JSONField(_("hosts"), default=list)
    """Ids of hosts; empty: all."""
    enabled = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one channel: its own outbox, sent until it arrived or is given up."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=8)
    """opened or closed."""
    due = models.DateTimeField(null=True, db_index=True)
    """Null: done or given up."""
    attempts = models.PositiveSmallIntegerField(default=0)
    arrived = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "alert", "event"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.event} → {self.channel_id}"


class Plan(models.Model):
    """Which plan a host's prober was given last."""

    host = models.CharField(max_length=63, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.host} {self.version}"


class StreamPosition(models.Model):
    """How far the stream of observations has been taken in: one row."""

    position = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.position


class SweepSchedule(models.Model):
    """A sweep of one network, again and again."""

    host = models.CharField(_("host"), max_length=63, db_index=True)
    network = models.CharField(max_length=64)
    """Full engine id."""
    network_name = models.CharField(_("network"), max_length=300)
    interval = models.FloatField(_("every"), default=86_400.0)
    """Seconds; slots are whole multiples since the epoch."""
    enabled = models.BooleanField(default=True)
    person = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=150, blank=True, default="")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("scheduled sweep")
        verbose_name_plural = _("scheduled sweeps")

    def __str__(self) -> str:
        return f"{self.network_name} every {self.interval:g} s"


class SweepRun(models.Model):
    """One run of a schedule. The database itself sees to it that a slot has one, whoever asks at the same time."""

    schedule = models.ForeignKey(SweepSchedule, on_delete=models.CASCADE, related_name="runs")
    slot = models.DateTimeField()
    sweep = models.CharField(max_length=40, blank=True, default="")
    """The sweep's id; empty where it was refused."""
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="one_run_a_slot")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.slot:%Y-%m-%d %H:%M}"
