"""People, their teams and tokens, and what was done by whom."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do; each may everything that those before it may."""

    VIEWER = "viewer", _("Viewer")
    REQUESTER = "requester", _("Requester")
    OPERATOR = "operator", _("Operator")
    ADMIN = "admin", _("Administrator")

    @property
    def rank(self) -> int:
        """0 for the least; for comparisons."""
        return list(Role).index(self)


class Scope(models.TextChoices):
    """How much of what its person may do a token may."""

    READ = "read", _("Read")
    OPERATE = "operate", _("Read and operate")
    ADMIN = "admin", _("Everything that the person may")

    @property
    def rank(self) -> int:
        """0 for the least; for comparisons."""
        return list(Scope).index(self)


class Theme(models.TextChoices):
    """Light or dark."""

    AUTO = "auto", _("as the system")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Team(models.Model):
    """People who look after certain hosts."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    hosts = models.JSONField(_("hosts"), default=list, blank=True)
    """Ids of hosts: a list of strings. A host need not be known yet."""

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_user(self, username: str, password: str | None = None, role: str = Role.VIEWER) -> "User":
        """A new person. Without a password nobody can sign in as them, though tokens work."""
        user = User(username=self.model.normalize_username(username), role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. A person without a team sees every host; with teams, the hosts of those teams."""

    username = models.CharField(
        _("name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Somebody has this name already.")},
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(_("may sign in"), default=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    """Empty: as the browser asks."""
    theme = models.CharField(
        _("theme"),
        max_length=5,
        default="auto",
        choices=Theme.choices,
    )
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    teams = models.ManyToManyField(Team, verbose_name=_("teams"), blank=True, related_name="people")
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["username"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.username

    def has_role(self, role: Role) -> bool:
        """Whether this person may what `role` may."""
        return self.is_active and Role(self.role).rank >= role.rank


class ApiToken(models.Model):
    """A token for programs. Only its SHA-256 is kept: it has 256 random bits, so nothing slower is needed."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=100, default="")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope.choices, default=Scope.ADMIN)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires = models.DateTimeField(_("expires"))
    used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        ordering = ["-created"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class AuditEntry(models.Model):
    """One change: who, what, when, from where; written before the change is made, in its transaction.

    The table is kept by triggers that refuse UPDATE and DELETE. It is not `managed`, so that Django never alters or
    empties it; it has no foreign keys, so that it outlives what it tells of.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    person = models.BigIntegerField(null=True)
    """The person's id; null: netboard itself, or somebody who is not signed in."""
    name = models.CharField(max_length=150, blank=True, default="")
    """The person's name then."""
    origin = models.CharField(max_length=64, blank=True, default="")
    """Address that the request came from; `command` for a command on the machine."""
    token = models.BigIntegerField(null=True)
    action = models.CharField(max_length=64)
    """`person.disabled`, `token.created` …"""
    object = models.CharField(max_length=200, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)
    request = models.CharField(max_length=64, blank=True, default="")
    """The request's id, as in the logs."""

    class Meta:
        managed = False
        db_table = "accounts_auditentry"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.name} {self.action} {self.object}"


class Attempts(models.Model):
    """How often something was tried within a window. In the database, so that it holds while Redis is away."""

    bucket = models.CharField(max_length=200, unique=True)
    """What is counted: `sign-in:name:<hash>`, `sign-in:from:<address>`."""
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)
    """End of the window."""

    def __str__(self) -> str:
        return f"{self.bucket}: {self.count}"


class IdempotentAnswer(models.Model):
    """What a POST with an Idempotency-Key was answered, so that sending it again does nothing twice."""

    owner = models.CharField(max_length=64)
    """Who sent it: a hash of the credential."""
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of method, path and body."""
    created = models.DateTimeField(default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    """Null while the first request is still being answered."""
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotent_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
