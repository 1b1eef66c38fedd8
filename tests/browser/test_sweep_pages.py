"""The pages of sweeps in a real browser: read by axe, at 320 pixels, by keyboard, and renewed while one runs.

[stage] ─► a sweep half way, whose rows the test writes ─► browser
"""

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visitor, axe
from tests.support.stage import Stage

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PREPARE = """
import django; django.setup()
from netboard.hosts.models import Host
from netboard.probes.intake import place
from netboard.probes.models import Sweep, SweepResult
Host.objects.update_or_create(pk="fra-1", defaults={"secret": "a key that only this host has got"})
row, _ = Sweep.objects.update_or_create(pk=ID, defaults=dict(
    host="fra-1", cidr="10.20.0.0/24", network="a" * 64, network_name="shop_back", node="fra-1.w." + "a" * 16,
    state=STATE, asked=ASKED, total=256, alive=2, token=1, due=None, name="ada", ports=[80]))
row.results.all().delete()
for number, kind, code in ((1, "gateway", "gateway"), (2, "endpoint", ""), (5, "silent", "stopped"),
                           (77, "stranger", "stranger"), (9, "endpoint", "paused"))[:ROWS]:
    address = f"10.20.0.{number}"
    SweepResult.objects.update_or_create(sweep=row, place=place(address), defaults=dict(
        address=address, alive=kind != "silent", kind=kind, method="" if kind == "silent" else "arp",
        rtt_us=None if kind == "silent" else 31.4, mac="02:42:0a:14:00:02", name="shop-db", container="b" * 64,
        explanation=[{"code": code, "params": {"name": "shop-db"}}] if code else [], more={"ports": {"80": "open"}}))
"""
ID = "feedfeedfeedfeedfeed"
SWEEP = f"/sweeps/{ID}/"
PAGES = ("/sweeps/", "/sweeps/new/?host=fra-1", "/sweeps/opened/", SWEEP, "/sweeps/?state=failed")


def write(stage: Stage, state: str, asked: int, rows: int) -> None:
    """Have the database say that the sweep is there."""
    script = PREPARE.replace("ID,", f"{ID!r},", 1).replace("STATE", repr(state)).replace("ASKED", str(asked))
    subprocess.run(
        [sys.executable, "-c", script.replace("ROWS", str(rows))], env=dict(stage.environment), check=True, timeout=120
    )


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_and_nothing_is_wider_than_320_pixels(visit: Visit, stage: Stage, scheme: str) -> None:
    write(stage, "done", 256, 5)
    visitor = visit(color_scheme=scheme, viewport={"width": 320, "height": 640})
    found = {}
    for path in PAGES:
        page = visitor.open(path)
        found[path] = axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found[path] += [f"{wide} pixels wide"] if wide > 320 else []
    assert {path: errors for path, errors in found.items() if errors} == {}


def test_a_running_sweep_is_renewed_by_itself_and_filtered_by_keyboard(visit: Visit, stage: Stage) -> None:
    write(stage, "running", 64, 2)
    page = visit().open(SWEEP)
    rows = page.locator("tr[data-address]")
    expect(rows).to_have_count(2)
    expect(page.locator("#sweep-said")).to_contain_text("64 addresses asked")
    write(stage, "done", 256, 5)
    expect(page.locator("#sweep[data-state=done]")).to_be_visible()
    expect(page.locator("#sweep-said")).to_contain_text("256 addresses asked")
    expect(rows).to_have_count(5)
    expect(page.locator(".address-map .k-silent text")).to_have_text("✕")
    page.get_by_role("link", name="silent (1)").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("shop-db is stopped, so nobody has the address now.")
