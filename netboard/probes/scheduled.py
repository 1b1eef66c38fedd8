"""Sweeps that schedules ask for."""

from netboard.accounts.access import visible_to
from netboard.accounts.audit import Actor
from netboard.accounts.models import Role, User
from netboard.core.errors import Forbidden
from netboard.probes import services


def submit(actor: Actor, host: str, network: str) -> str:
    """Submit a sweep of a network in the name of whoever made the schedule, as they may now; answers its id."""
    person = User.objects.filter(pk=actor.person or 0, is_active=True).first()
    if person is None or not person.has_role(Role.OPERATOR):
        raise Forbidden("Whoever made this schedule may not sweep any more.", code="role_missing")
    return services.submit(actor, visible_to(person), services.Wanted(host=host, network=network)).pk
