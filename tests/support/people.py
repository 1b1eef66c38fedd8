"""A named cast: one person per role, and who sees one host only."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from netboard.accounts.audit import COMMAND
from netboard.accounts.models import Role, Scope, Team, User
from netboard.accounts.services import make_token
from netboard.hosts import selectors
from netboard.networks.traffic_api import traffic_reader
from tests.support.valkey import Valkey

PASSWORD = "a-long-enough-phrase"


@pytest.fixture
def quiet_layer(settings: Settings) -> None:
    """Channels within this process, quick password hashes, no search for static files."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "servestatic" not in name]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None, quiet_layer: None) -> dict[str, User]:
    """Vera views, Rita requests, Otto operates, Ada administers; Tim views host h1 only, with his team."""
    people = {
        name: User.objects.create_user(name, PASSWORD, role)
        for name, role in (
            ("vera", Role.VIEWER),
            ("rita", Role.REQUESTER),
            ("otto", Role.OPERATOR),
            ("ada", Role.ADMIN),
            ("tim", Role.VIEWER),
        )
    }
    people["tim"].teams.add(Team.objects.create(name="first floor", hosts=["h1"]))
    return people


def signed_in(person: User, **extra: Any) -> Client:
    """A browser in which this person is signed in."""
    browser = Client(**extra)
    browser.force_login(person)
    return browser


def bearer(person: User, scope: Scope = Scope.ADMIN) -> dict[str, str]:
    """Headers with a new token of this person."""
    return {"Authorization": f"Bearer {make_token(COMMAND, person, 'test', scope=scope)[1]}"}


@pytest.fixture
def bus(valkey: Valkey, settings: Settings) -> Iterator[Valkey]:
    """A real Valkey that this process's pages and REST read."""
    settings.NETBOARD = settings.NETBOARD.model_copy(update={"redis_url": valkey.url})
    selectors.reader.cache_clear()
    traffic_reader.cache_clear()
    yield valkey
    selectors.reader().close()
    traffic_reader().close()
    selectors.reader.cache_clear()
    traffic_reader.cache_clear()


@pytest.fixture
def no_bus(tmp_path: Any, settings: Settings) -> Iterator[None]:
    """Redis is away."""
    settings.NETBOARD = settings.NETBOARD.model_copy(update={"redis_url": f"unix://{tmp_path}/none.sock"})
    selectors.reader.cache_clear()
    traffic_reader.cache_clear()
    yield
    selectors.reader().close()
    traffic_reader().close()
    selectors.reader.cache_clear()
    traffic_reader.cache_clear()
