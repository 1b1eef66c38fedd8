"""What a person may see: the one place. Hub, REST and pages ask here and nowhere else."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser

from netboard.accounts.models import User
from netboard.core.ids import FLEET


class Visible(NamedTuple):
    """Which hosts somebody may see. `hosts` is None for all of them."""

    hosts: frozenset[str] | None

    def sees(self, host: str | None) -> bool:
        """Whether this host may be seen. What spans hosts (`fleet`, or null in the graph) is seen by who sees any."""
        if self.hosts is None:
            return True
        if host is None or host == FLEET:
            return bool(self.hosts)
        return host in self.hosts

    def among(self, hosts: Iterable[str]) -> list[str]:
        """Those of `hosts` that may be seen, in their order."""
        return [host for host in hosts if self.sees(host)]


NOTHING = Visible(frozenset())
EVERYTHING = Visible(None)


def visible_to(user: User | AnonymousUser | None) -> Visible:
    """What this person may see, as the database knows it now: one query, none for administrators.

    Administrators see everything; so do people without a team. Others see the hosts of their teams. Nobody who is not
    signed in, or is disabled, sees anything.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOTHING
    if user.role == "admin":
        return EVERYTHING
    teams = list(user.teams.values_list("hosts", flat=True))
    if not teams:
        return EVERYTHING
    return Visible(frozenset(host for hosts in teams for host in hosts))
