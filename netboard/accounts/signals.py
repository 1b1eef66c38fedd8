"""Whatever changes what a person may, from a form, a command or a shell, is announced to their sockets."""

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from netboard.accounts.announce import rights_changed
from netboard.accounts.models import ApiToken, Team, User


@receiver([post_save, post_delete], sender=User)
def person_changed(
    instance: User, created: bool = False, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    """A person was changed or removed; signing in (`last_login`) is no such change."""
    if created:
        return
    if update_fields is None or not set(update_fields) <= {"last_login", "language", "theme", "shortcuts"}:
        rights_changed(instance.pk)


@receiver([post_save, post_delete], sender=ApiToken)
def token_changed(instance: ApiToken, created: bool = False, **_: Any) -> None:
    """A token was revoked or removed."""
    if not created:
        rights_changed(instance.person_id)


@receiver([post_save, post_delete], sender=Team)
def team_changed(instance: Team, created: bool = False, **_: Any) -> None:
    """A team's hosts were changed, or it is gone."""
    if not created and instance.pk:
        for person in instance.people.values_list("pk", flat=True):
            rights_changed(person)


@receiver(m2m_changed, sender=User.teams.through)
def membership_changed(instance: User | Team, action: str, pk_set: set[int] | None = None, **_: Any) -> None:
    """Somebody joined or left a team, from either side."""
    if action.startswith("post_") or action == "pre_clear":
        if isinstance(instance, User):
            rights_changed(instance.pk)
        else:
            for person in pk_set or instance.people.values_list("pk", flat=True):
                rights_changed(person)
