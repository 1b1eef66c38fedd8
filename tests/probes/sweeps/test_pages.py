"""Pages of sweeps: what is said while one runs, at its end, and where it is refused."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from netboard.accounts.audit import Actor
from netboard.accounts.models import User
from netboard.adapters.bus.probes import RedisProbeWriter
from netboard.probes import maps
from netboard.probes.intake import Intake, place
from netboard.probes.models import OpenedRange, Sweep
from tests.probes.sweeps.conftest import KEYS, asked, report, result
from tests.support.people import signed_in

pytestmark = [pytest.mark.process, pytest.mark.django_db]
HOSTILE = '<img src=x onerror="alert(1)">'


def text_of(answer: Any) -> str:
    """The page's HTML."""
    return str(answer.content.decode())


def test_from_the_form_to_what_was_found(browser: Client, prober: RedisProbeWriter) -> None:
    assert "No sweep was asked for yet" in text_of(browser.get("/sweeps/"))
    node = "h1.w.aaaaaaaaaaaaaaaa"
    form = text_of(browser.get(f"/sweeps/new/?network={node}"))
    assert f'<option value="{node}" selected>net0 (10.0.0.0/24)</option>' in form
    assert "c3" not in form, "a stopped container asks nobody"
    answer = browser.post("/sweeps/new/", {"host": "h1", "network": node, "ports": "80, 443"})
    sweep = Sweep.objects.get()
    assert (answer.status_code, answer["Location"], sweep.ports) == (302, f"/sweeps/{sweep.pk}/", [80, 443])
    waiting = text_of(browser.get(answer["Location"]))
    assert "Nothing was heard yet." in waiting
    assert f'hx-get="/sweeps/{sweep.pk}/?"' in waiting
    Sweep.objects.update(token=1)
    prober.report(
        report(
            sweep.pk,
            1,
            state="running",
            asked=128,
            total=256,
            alive=2,
            results=[
                result("10.0.0.2", container=KEYS[0], name="c0", ports={"80": "open"}),
                result("10.0.0.5", "silent", "stopped", container=KEYS[3], name="c3"),
                result("10.0.0.77", "stranger", "stranger", name=HOSTILE, mac="02:00:00:00:00:09"),
            ],
        )
    )
    Intake().tick(1)
    page = text_of(browser.get(f"/sweeps/{sweep.pk}/"))
    assert "128 of 256 asked, 2 alive" in page
    assert "is stopped, so nobody has the address now." in page
    assert HOSTILE not in page
    assert 'aria-label="10.0.0.0/24: 128 addresses asked, container: 1, stranger: 1, silent: 1"' in page
    part = text_of(browser.get(f"/sweeps/{sweep.pk}/?kind=silent", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert ("10.0.0.5</code>" in part, "10.0.0.77</code>" in part) == (True, False)
    prober.report(report(sweep.pk, 1, state="done", asked=256, alive=2))
    Intake().tick(1)
    done = text_of(browser.get(f"/sweeps/{sweep.pk}/"))
    assert "hx-get" not in done
    assert "Sweep again" in done
    file = browser.get(f"/sweeps/{sweep.pk}/csv/")
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [(row["address"], row["kind"], row["ports"]) for row in rows] == [
        ("10.0.0.2", "endpoint", "80:open"),
        ("10.0.0.5", "silent", ""),
        ("10.0.0.77", "stranger", ""),
    ]
    assert "128" not in text_of(browser.get("/sweeps/?state=failed"))


def test_a_refusal_is_said_beside_the_form(browser: Client) -> None:
    for data, said in (
        ({}, "Choose a network, or name a range."),
        ({"cidr": "8.8.8.0/24"}, "8.8.8.0/24 is in no subnet"),
        ({"cidr": "10.0.0.9/24"}, "the range is 10.0.0.0/24"),
        ({"network": "h1.w.cccccccccccccccc"}, "an administrator has to open it"),
        ({"network": "h1.w.aaaaaaaaaaaaaaaa", "ports": "ssh"}, "Ports are numbers"),
    ):
        answer = browser.post("/sweeps/new/", {"host": "h1", **data})
        assert (answer.status_code, said in text_of(answer)) == (422, True), data
    assert browser.get("/sweeps/new/?host=h9").status_code == 404
    assert browser.get("/sweeps/none/").status_code == 404
    assert not Sweep.objects.exists()


def test_a_failed_and_a_cancelled_one(browser: Client, otto: Actor, prober: RedisProbeWriter) -> None:
    failed, unbegun = asked(otto), asked(otto)
    Sweep.objects.filter(pk=failed.pk).update(token=1)
    prober.report(report(failed.pk, 1, state="failed", error={"code": "network_gone", "params": {}}))
    Intake().tick(1)
    assert "The network is not there any more." in text_of(browser.get(f"/sweeps/{failed.pk}/"))
    answer = browser.post(f"/sweeps/{unbegun.pk}/cancel/", follow=True)
    assert "It is being cancelled" in text_of(answer)
    assert "cancelled" in text_of(browser.get("/sweeps/?state=cancelled"))


def test_who_may_do_what(browser: Client, otto: Actor, cast: dict[str, User]) -> None:
    sweep, vera, ada = asked(otto), signed_in(cast["vera"]), signed_in(cast["ada"])
    assert "Cancel" not in text_of(vera.get(f"/sweeps/{sweep.pk}/"))
    assert "New sweep" not in text_of(vera.get("/sweeps/"))
    for path in ("/sweeps/new/", "/sweeps/opened/"):
        assert vera.get(path).status_code == 403
    assert browser.get("/sweeps/opened/").status_code == 403
    assert vera.post(f"/sweeps/{sweep.pk}/cancel/").status_code == 403
    assert "Nothing is opened" in text_of(ada.get("/sweeps/opened/"))
    wrong = ada.post("/sweeps/opened/", {"open": "1", "host": "h1", "network": "lan", "cidr": "10.0.0.0/24"})
    assert wrong.status_code == 422
    assert ada.post("/sweeps/opened/", {"open": "1", "host": "h1", "network": "lan"}).status_code == 302
    row = OpenedRange.objects.get()
    assert "lan" in text_of(ada.get("/sweeps/opened/"))
    assert ada.post("/sweeps/opened/", {"quota": "1", "person": "otto", "at_once": "9"}).status_code == 302
    assert ada.post("/sweeps/opened/", {"quota": "1", "person": "nobody"}).status_code == 422
    assert ada.post(f"/sweeps/opened/{row.pk}/close/").status_code == 302
    assert not OpenedRange.objects.exists()


def test_the_map_of_a_large_range_shows_the_worst_of_each_block() -> None:
    found = [(place(f"10.8.3.{number}"), "endpoint", False) for number in range(9)]
    found += [(place("10.8.3.99"), "silent", False), (place("10.8.255.1"), "endpoint", True)]
    drawn = maps.of("10.8.0.0/16", found)
    assert drawn is not None
    assert (len(drawn.cells), drawn.block) == (256, 256)
    assert (drawn.cells[3].kind, drawn.cells[3].title) == ("silent", "10.8.3.0 – 10.8.3.255: 10")
    assert drawn.cells[255].kind == "conflict"
    assert maps.of("fd00::/64", []) is None
    small = maps.of("10.0.0.8/30", [(place("10.0.0.9"), "gateway", False)])
    assert small is not None
    assert [cell.kind for cell in small.cells] == ["free", "gateway", "free", "free"]
