"""Changes to people, teams and tokens. Each writes its audit entry first, in the same transaction."""

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from netboard.accounts.announce import rights_changed
from netboard.accounts.audit import COMMAND, Actor, record
from netboard.accounts.identity import digest_of, expiry
from netboard.accounts.models import ApiToken, Role, Scope, Team, User
from netboard.core.errors import Conflict, Invalid, Missing

LONGEST = timedelta(days=3650)


def parse_ttl(text: str) -> timedelta:
    """`90d`, `12h`, `30m` → how long. Raises `Invalid` for anything else, for 0 and for more than ten years."""
    found = re.fullmatch(r"([0-9]{1,9})([dhms])", text.strip())
    unit = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    length = timedelta(**{unit[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < length <= LONGEST:
        raise Invalid(f"A lifetime looks like 90d, 12h or 30m, up to 3650d; not {text[:50]!r}.", field="ttl")
    return length


def make_token(
    actor: Actor, person: User, name: str = "", ttl: timedelta = timedelta(days=90), scope: Scope = Scope.ADMIN
) -> tuple[ApiToken, str]:
    """A new token of this person: the row, and the token itself, which is not kept and shown this once."""
    secret = f"nb_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        record(actor, "token.created", person.username, name=name, scope=scope.value, days=ttl.days)
        row = ApiToken.objects.create(
            person=person, name=name[:100], digest=digest_of(secret), scope=scope, expires=expiry(ttl)
        )
    return row, secret


def revoke_token(actor: Actor, person: User, token: int) -> None:
    """End one of this person's tokens. Raises `Missing`."""
    with transaction.atomic():
        row = ApiToken.objects.filter(person=person, pk=token, revoked=None).first()
        if row is None:
            raise Missing("There is no such token (any more).")
        record(actor, "token.revoked", person.username, token=token, name=row.name)
        row.revoked = expiry(timedelta())
        row.save(update_fields=["revoked"])


def check_password(password: str, person: User | None = None) -> None:
    """Raises `Invalid` with what is wrong with a new password."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password", code="password_weak") from error


def create_person(actor: Actor, username: str, role: Role, password: str) -> User:
    """A new person. Raises `Invalid` for a name or password that will not do, `Conflict` for a name that is taken."""
    person = User(username=User.normalize_username(username), role=role)
    check_password(password, person)
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="name", code="name_invalid") from error
    with transaction.atomic():
        if User.objects.filter(username__iexact=person.username).exists():
            raise Conflict("Somebody has this name already.", code="name_taken")
        record(actor, "person.created", person.username, role=role.value)
        person.set_password(password)
        person.save()
    return person


def change_person(
    actor: Actor,
    person: User,
    *,
    role: Role | None = None,
    active: bool | None = None,
    teams: Iterable[Team] | None = None,
) -> None:
    """Change what a person may; None leaves as it is. Raises `Conflict` if no administrator would be left."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        after = (role or Role(person.role), person.is_active if active is None else active)
        if person.has_role(Role.ADMIN) and after != (Role.ADMIN, True) and _last_admin(person):
            raise Conflict("This is the last administrator; make somebody else one first.", code="last_admin")
        chosen = None if teams is None else list(teams)
        record(
            actor,
            "person.changed",
            person.username,
            role=[person.role, after[0].value],
            active=[person.is_active, after[1]],
            teams=None if chosen is None else sorted(team.name for team in chosen),
        )
        person.role, person.is_active = after
        person.save(update_fields=["role", "is_active"])
        if chosen is not None:
            person.teams.set(chosen)


def _last_admin(person: User) -> bool:
    return not User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk).exists()


def set_password(actor: Actor, person: User, password: str) -> None:
    """A new password. All sessions of the person end; tokens do not. Raises `Invalid`."""
    check_password(password, person)
    with transaction.atomic():
        record(actor, "person.password", person.username)
        person.set_password(password)
        person.save(update_fields=["password"])


def save_team(actor: Actor, team: Team | None, name: str, hosts: Iterable[str]) -> Team:
    """Make a team or change it. Raises `Conflict` for a name that is taken."""
    chosen = sorted(set(hosts))
    with transaction.atomic():
        if Team.objects.filter(name=name).exclude(pk=team.pk if team else 0).exists():
            raise Conflict("A team has this name already.", code="name_taken")
        record(actor, "team.changed" if team else "team.created", name, hosts=chosen)
        team = team or Team()
        team.name, team.hosts = name, chosen
        team.save()
    return team


def delete_team(actor: Actor, team: Team) -> None:
    """Remove a team. Refused while its removal would show its people every host. Raises `Conflict`."""
    with transaction.atomic():
        people = list(team.people.all())
        bare = [person.username for person in people if person.teams.count() == 1 and not person.has_role(Role.ADMIN)]
        if bare:
            raise Conflict(
                f"Without this team these people would see every host: {', '.join(sorted(bare))}. "
                "Give them another team or disable them first.",
                code="team_needed",
            )
        record(actor, "team.deleted", team.name)
        team.delete()
    for person in people:
        rights_changed(person.pk)


def ensure_admin() -> str | None:
    """Make `admin` with a generated password if nobody exists yet; the password, or None where somebody does."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = secrets.token_urlsafe(15)
        record(COMMAND, "person.created", "admin", role=Role.ADMIN.value)
        User.objects.create_user("admin", password, Role.ADMIN)
    return password
