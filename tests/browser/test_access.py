"""Keyboard, screen reader, narrow windows, strangers' names and broken lines: the board is there for everybody.

[stage: fra-1 (15 containers), fra-2 (6)] ─► browsers of several shapes
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from netboard.core.model import Container, FactsChange
from tests.support.browser import Visitor, axe
from tests.support.stage import Stage

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

HOSTILE = {
    "markup": '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
    "directions": "a\u202eb\u2066c\u200f",
    "lines": "first\nsecond\r\n\tthird\u2028",
    "long": "n" * 300,
    "json": "</script><!-- '\"`${x}",
}
FORMS = tuple(
    f"/operations/new/{kind}/?host=fra-1"
    for kind in ("network.create", "network.recreate", "network.delete", "network.connect", "container.run")
)
CHANGING = ("/operations/", *FORMS, "/clean-up/?host=fra-1", "/pools/", "/differences/", "/audit/")
WATCHING = ("/monitors/", "/monitors/matrix/", "/monitors/schedules/", "/alerts/", "/alerts/channels/")
PAGES = ("/", "/networks/", "/containers/", "/account/", "/hosts/", "/people/", *CHANGING, *WATCHING)
PLAN = '#plan=network.create~fra-1~{"name":"shop_front"}'
"""A plan that is refused: the name is taken."""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_on_any_page(visit: Visit, stage: Stage, scheme: str) -> None:
    visitor = visit(signed_in=False, color_scheme=scheme)
    visitor.open("/sign-in/")
    found = {"/sign-in/": axe(visitor.page)}
    visitor.sign_in()
    api = stage.players["fra-1"].node("shop-api")
    # All forms are made of the same parts: one is enough in the other colours.
    pages = PAGES if scheme == "dark" else tuple(path for path in PAGES if path not in FORMS[1:])
    for path in (*pages, f"/containers/{api}/"):
        visitor.open(path)
        if path == "/":
            visitor.page.locator("#board[data-ready]").wait_for()
        found[path] = axe(visitor.page)
    page = visitor.board(f"#s={api}")
    expect(page.locator("#inspected")).to_contain_text("shop-api")
    found["selected"] = axe(page)
    page.locator("button[data-act=help]").click()
    found["help"] = axe(page)
    page = visitor.board(PLAN)
    expect(page.locator("#plan .finding[data-severity=refuse]")).to_contain_text("shop_front")
    found["plan"] = axe(page)
    page = visitor.open(FORMS[0])
    page.locator("#id_name").fill("x")
    page.locator("#id_subnet").fill("127.0.0.0/24")
    expect(page.locator("#said-subnet")).not_to_be_empty()
    found["a field that is wrong"] = axe(page)
    assert {path: errors for path, errors in found.items() if errors} == {}


def test_everything_by_keyboard_alone(visit: Visit) -> None:
    page = visit().page
    keys = page.keyboard
    page.locator("body").press("t")
    focused = page.locator("#tree [role=treeitem]:focus")
    focused.wait_for()
    keys.press("End")
    keys.press("Home")
    keys.press("f")
    expect(focused).to_contain_text("fra-1")
    expect(focused).to_have_attribute("aria-expanded", "true")
    for _ in range(20):
        keys.press("ArrowDown")
        if "shop_front" in focused.inner_text():
            break
    expect(focused).to_contain_text("shop_front")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(focused).to_have_attribute("aria-level", "3")
    keys.press("Enter")
    heading = page.locator("#inspected:focus")
    expect(heading).to_contain_text("shop-")
    keys.press("i")
    expect(page.locator("#act-impact")).to_have_attribute("aria-pressed", "true")
    keys.press("Escape")
    expect(page.locator("#inspected")).to_have_text("Overview")
    keys.press("/")
    expect(page.locator("#find")).to_be_focused()
    keys.type("prometheus")
    page.locator("#hits li").first.wait_for()
    keys.press("ArrowDown")
    expect(page.locator("#find")).to_have_attribute("aria-activedescendant", "hit-0")
    keys.press("Enter")
    expect(page.locator("#inspected:focus")).to_contain_text("prometheus")
    keys.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.locator("#single-keys").focus()
    keys.press("Space")
    keys.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("#inspected").focus()
    keys.press("?")
    keys.press("Control+k")
    expect(page.locator("#find")).to_be_focused()
    expect(page.locator("#help")).to_be_hidden()


def wider_than_the_window(page: Page) -> list[str]:
    """Elements that reach out of the window to the right, outside of what scrolls by itself."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = innerWidth + 1;
          if (document.documentElement.scrollWidth > wide) {
            return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > wide
              && !e.closest('.overflow-auto, .scroll, .sr')).map((e) => e.outerHTML.slice(0, 80)).concat('page');
          }
          return [];
        }"""
    )
    return found


def test_nothing_is_wider_than_320_pixels_and_every_target_is_large_enough(visit: Visit, stage: Stage) -> None:
    visitor = visit(viewport={"width": 320, "height": 640})
    api = stage.players["fra-1"].node("shop-api")
    for path in (*PAGES[1:], f"/containers/{api}/"):
        visitor.open(path)
        assert wider_than_the_window(visitor.page) == [], path
    page = visitor.board(f"{PLAN}&s={api}")
    expect(page.locator("#plan .finding")).not_to_have_count(0)
    for pane in ("tree", "inspector", "feed", "board"):
        page.locator(f"#tabs [data-pane={pane}]").click()
        expect(page.locator(f".{pane}-pane")).to_be_visible()
        assert wider_than_the_window(page) == [], pane
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, summary, [role=treeitem], select, input')]
              .filter((e) => e.checkVisibility() && !e.closest('.sr')).map((e) => [e, e.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
              .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
        )
        assert small == [], pane


def test_hostile_names_are_inert_and_change_no_layout(visit: Visit, stage: Stage) -> None:
    player = stage.players["fra-2"]
    before = dict(player.machine.facts.containers)
    for name, container in zip(HOSTILE, before.values(), strict=False):

        def rename(old: Container, name: str = name) -> Container:
            return old._replace(name=HOSTILE[name], labels=((HOSTILE["markup"], HOSTILE["lines"]),))

        player.alter(container.name, rename)
    try:
        visitor = visit()
        page = visitor.page
        for id in list(before)[: len(HOSTILE)]:
            node = next(n["id"] for n in player.graph().nodes.values() if n["facts"].get("id") == id)
            visitor.board(f"#s={node}")
            expect(page.locator("#inspected bdi")).not_to_be_empty()
            page.locator("#find").fill("n")
            page.locator("#hits li").first.wait_for()
            page.locator("#find").press("Escape")
            assert page.locator("#board img, #board script:not(#words)").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            visitor.open(f"/containers/{node}/")
            expect(page.locator("h1")).not_to_be_empty()
        visitor.open("/containers/")
        expect(page.locator("tbody tr")).not_to_have_count(0)
        assert page.evaluate("window.hacked") is None
        assert page.locator("main img, main script").count() == 0
        for form in ("json", "graphml", "dot", "mermaid"):
            answer = visitor.context.request.get(f"{stage.url}/export/?format={form}")
            assert answer.status == 200
            assert answer.headers["content-disposition"].startswith("attachment")
    finally:
        for id, container in before.items():
            player.tell([FactsChange("engine", containers={id: container})])


def test_offline_is_told_and_what_was_missed_is_there_after(visit: Visit, stage: Stage) -> None:
    visitor = visit()
    page = visitor.page
    player = stage.players["fra-1"]
    visitor.context.set_offline(True)
    expect(page.locator("#state")).to_contain_text("offline")
    expect(page.locator("#state")).to_contain_text("stale since")
    id, _ = player.container("prometheus")
    player.play(player.machine.stop(id))
    visitor.context.set_offline(False)
    expect(page.locator("#state")).to_have_text("live")
    visitor.page.locator("#find").fill("prometheus host:fra-1 state:stopped")
    expect(page.locator("#hits li", has_text="prometheus")).not_to_have_count(0)
    player.play(player.machine.start(id))
    expect(page.locator("#hits li", has_text="prometheus")).to_have_count(1)


def test_export_gives_the_picture_as_it_is_seen(visit: Visit, tmp_path: Path) -> None:
    page = visit().page
    for form, start in (("png", b"\x89PNG"), ("svg", b"<svg")):
        page.locator(".export > summary").click()
        with page.expect_download() as download:
            page.locator(f"[data-export={form}]").click()
        target = tmp_path / form
        download.value.save_as(target)
        content = target.read_bytes()
        assert start in content[:200]
        assert len(content) > 2000


def test_the_page_speaks_portuguese(visit: Visit) -> None:
    page = visit(locale="pt-BR").page
    expect(page.locator("#state")).to_have_text("ao vivo")
    expect(page.locator("#inspected")).to_have_text("Visão geral")
    expect(page.locator("html")).to_have_attribute("lang", "pt-br")
