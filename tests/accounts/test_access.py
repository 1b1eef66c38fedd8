"""What people see: by team, by role, and nothing when they may not sign in."""

import pytest
from django.contrib.auth.models import AnonymousUser

from netboard.accounts.access import visible_to
from netboard.accounts.models import Role, Team, User


@pytest.mark.parametrize(
    ("who", "host", "sees"),
    [
        pytest.param("vera", "h1", True, id="without a team, every host"),
        pytest.param("vera", "h9", True, id="without a team, also one that nobody knows yet"),
        pytest.param("tim", "h1", True, id="with a team, its host"),
        pytest.param("tim", "h2", False, id="with a team, no other host"),
        pytest.param("tim", "fleet", True, id="with a team, what spans hosts"),
        pytest.param("tim", None, True, id="with a team, a node without host"),
        pytest.param("ada", "h2", True, id="an administrator, everything"),
    ],
)
def test_who_sees_what(cast: dict[str, User], who: str, host: str | None, sees: bool) -> None:
    assert visible_to(cast[who]).sees(host) is sees


def test_several_teams_add_up(cast: dict[str, User]) -> None:
    cast["tim"].teams.add(Team.objects.create(name="second floor", hosts=["h2", "h3"]))
    assert visible_to(cast["tim"]).hosts == frozenset({"h1", "h2", "h3"})


def test_a_team_without_hosts_sees_nothing_not_even_what_spans_hosts(cast: dict[str, User]) -> None:
    cast["vera"].teams.add(Team.objects.create(name="newcomers", hosts=[]))
    seen = visible_to(cast["vera"])
    assert not seen.sees("h1")
    assert not seen.sees("fleet")


def test_an_administrator_with_a_team_still_sees_everything(cast: dict[str, User]) -> None:
    cast["ada"].teams.add(Team.objects.get())
    assert visible_to(cast["ada"]).hosts is None


def test_who_is_disabled_or_not_signed_in_sees_nothing(cast: dict[str, User]) -> None:
    cast["ada"].is_active = False
    for nobody in (cast["ada"], AnonymousUser(), None):
        assert visible_to(nobody).among(["h1", "h2"]) == []


def test_roles_include_those_below(cast: dict[str, User]) -> None:
    assert [cast["otto"].has_role(role) for role in Role] == [True, True, True, False]
