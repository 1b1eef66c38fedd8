"""Who speaks: a session or a token, for HTTP and WebSocket alike, and whether that still holds."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from netboard.accounts.access import Visible, visible_to
from netboard.accounts.models import ApiToken, Role, Scope, User

USED_EVERY = timedelta(minutes=1)
"""A token's last use is written at most this often."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody showed: a session's key, or a token's digest. Never logged."""

    session: str = ""
    digest: str = ""

    def owner(self) -> str:
        """A hash that tells credentials apart without giving them away."""
        return hashlib.sha256(f"{self.session}:{self.digest}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks and what they may, at one moment. Two of them are equal if their rights are."""

    user: User
    role: Role
    scope: Scope
    visible: Visible
    token: int | None = None
    """Id of the token that was used; None: a session."""

    def may(self, role: Role, scope: Scope = Scope.READ) -> bool:
        """Whether the person has this role and the credential this scope."""
        return self.role.rank >= role.rank and self.scope.rank >= scope.rank


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(header: str) -> Credential | None:
    """The credential of an Authorization header; None where it is not a Bearer."""
    word, _, token = header.strip().partition(" ")
    return Credential(digest=digest_of(token.strip())) if word.lower() == "bearer" and token.strip() else None


def identify(credential: Credential | None) -> Identity | None:
    """Who shows this credential; None if it does not hold (any more): unknown, expired, revoked, person disabled.

    A session also ends when its person's password changes.
    """
    if credential is None:
        return None
    if credential.digest:
        return _by_token(credential.digest)
    return _by_session(credential.session) if credential.session else None


identify_async = database_sync_to_async(identify)


def _by_token(digest: str) -> Identity | None:
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("person")
        .filter(digest=digest, expires__gt=now, revoked=None, person__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.used is None or now - token.used > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used=now)
    return _identity(token.person, Scope(token.scope), token.pk)


def _by_session(key: str) -> Identity | None:
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    session = store(key)
    found = session.load()
    if not found.get(BACKEND_SESSION_KEY):
        return None
    user = User.objects.filter(pk=str(found.get(SESSION_KEY)), is_active=True).first()
    if user is None or not constant_time_compare(found.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    return _identity(user, Scope.ADMIN, None)


def _identity(user: User, scope: Scope, token: int | None) -> Identity:
    return Identity(user=user, role=Role(user.role), scope=scope, visible=visible_to(user), token=token)


def expiry(ttl: timedelta) -> datetime:
    """When something made now with this time to live ends."""
    return timezone.now() + ttl
