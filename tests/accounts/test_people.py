"""People and teams, for administrators only; and the commands of the first start."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from netboard.accounts.access import visible_to
from netboard.accounts.models import Team, User
from tests.support.people import PASSWORD, signed_in

PAGES = ["/people/", "/people/new/", "/people/1/", "/people/teams/new/", "/people/teams/1/", "/hosts/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["vera", "rita", "otto"])
def test_others_are_told_that_they_may_not(cast: dict[str, User], page: str, who: str) -> None:
    browser = signed_in(cast[who])
    assert browser.get(page).status_code == 403
    assert browser.post(page, {"role": "admin"}).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, "/account/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(db: None, page: str) -> None:
    assert Client().get(page).headers["Location"] == f"/sign-in/?next={page}"


def test_an_administrator_makes_a_team_and_somebody_who_sees_its_hosts(cast: dict[str, User], no_bus: None) -> None:
    browser = signed_in(cast["ada"])
    assert browser.post("/people/teams/new/", {"name": "upstairs", "hosts": "h7, h8"}).status_code == 302
    team = Team.objects.get(name="upstairs")
    made = browser.post("/people/new/", {"username": "nina", "role": "operator", "password": PASSWORD})
    nina = User.objects.get(username="nina")
    assert made.headers["Location"] == f"/people/{nina.pk}/"
    browser.post(f"/people/{nina.pk}/", {"role": "operator", "active": "on", "teams": [team.pk]})
    assert visible_to(nina).hosts == frozenset({"h7", "h8"})
    page = browser.get("/people/").content.decode()
    assert "nina" in page
    assert "upstairs" in page


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"username": "vera", "role": "viewer", "password": PASSWORD}, "has this name already"),
        ({"username": "VERA", "role": "viewer", "password": PASSWORD}, "has this name already"),
        ({"username": "a b", "role": "viewer", "password": PASSWORD}, "valid username"),
        ({"username": "x" * 151, "role": "viewer", "password": PASSWORD}, "at most 150"),
        ({"username": "new", "role": "king", "password": PASSWORD}, "Select a valid choice"),
        ({"username": "new", "role": "viewer", "password": "password"}, "too common"),
    ],
)
def test_somebody_new_who_will_not_do(cast: dict[str, User], form: dict[str, str], says: str) -> None:
    answer = signed_in(cast["ada"]).post("/people/new/", form)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_the_last_administrator_stays_one(cast: dict[str, User]) -> None:
    answer = signed_in(cast["ada"]).post(f"/people/{cast['ada'].pk}/", {"role": "viewer"})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()


def test_a_team_is_not_removed_from_under_those_who_would_then_see_everything(cast: dict[str, User]) -> None:
    browser, team = signed_in(cast["ada"]), Team.objects.get()
    browser.post(f"/people/teams/{team.pk}/delete/")
    assert "tim" in browser.get("/people/").content.decode()
    assert Team.objects.exists()
    cast["tim"].teams.add(Team.objects.create(name="other", hosts=["h2"]))
    browser.post(f"/people/teams/{team.pk}/delete/")
    assert visible_to(cast["tim"]).hosts == frozenset({"h2"})


def test_a_team_s_hosts_are_ids(cast: dict[str, User]) -> None:
    answer = signed_in(cast["ada"]).post("/people/teams/new/", {"name": "x", "hosts": "h1 <b>"})
    assert answer.status_code == 422
    assert "&lt;b&gt; is not the id of a host" in answer.content.decode()


def test_hostile_names_are_inert(cast: dict[str, User], no_bus: None) -> None:
    Team.objects.create(name="<img src=x onerror=alert(1)>", hosts=[])
    page = signed_in(cast["ada"]).get("/people/").content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_first_start_makes_an_administrator_once(db: None, quiet_layer: None) -> None:
    first, second = StringIO(), StringIO()
    call_command("ensure_admin", stdout=first)
    call_command("ensure_admin", stdout=second)
    user, password = first.getvalue().splitlines()
    assert user == "User: admin"
    browser = Client()
    answer = browser.post("/sign-in/", {"username": "admin", "password": password.removeprefix("Password: ")})
    assert answer.status_code == 302
    assert User.objects.get().role == "admin"
    assert second.getvalue() == ""
