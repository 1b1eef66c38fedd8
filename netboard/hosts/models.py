"""Docker hosts that were enrolled or have reported, and the life signs of background processes."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from netboard.core.ids import HOST_ID


class Host(models.Model):
    """A machine with a Docker engine and an agent."""

    id = models.CharField(
        _("id"),
        max_length=63,
        primary_key=True,
        validators=[RegexValidator(HOST_ID, _("Letters, digits, - and _ only, at most 63."))],
    )
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    """The key that signs tasks for this host's agent. Symmetric, so it is kept as it is; empty: not enrolled here."""
    place = models.PositiveIntegerField(_("place"), null=True, blank=True)
    """Its slot among the hosts on the board."""
    created = models.DateTimeField(_("known since"), default=timezone.now, editable=False)
    enrolled = models.DateTimeField(_("enrolled"), null=True, editable=False)
    seen = models.DateTimeField(_("last seen"), null=True, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("host")
        verbose_name_plural = _("hosts")

    def __str__(self) -> str:
        return self.title or self.id


class LifeSign(models.Model):
    """When a background process (`recorder`, `control`) last said that it lives."""

    process = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.process} {self.at:%H:%M:%S}"
