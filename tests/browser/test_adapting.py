"""The board follows the person: own colours, own spacing, less motion, paper, touch, wheel and screens of any density.

[stage: fra-1 (15 containers), fra-2 (6)] ─► browsers set up like that
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.support.browser import Visitor
from tests.support.stage import Stage
from tests.support.wait import wait_until

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
"""WCAG 1.4.12, word for word."""
CUT = """() => [...document.querySelectorAll('button, a, summary, label, th, td, h1, h2, h3, dt, p, legend')]
  .filter((e) => e.checkVisibility() && !e.closest('.sr, .skip') && !e.closest('.overflow-auto table'))
  .filter((e) => getComputedStyle(e).overflowX !== 'visible' && getComputedStyle(e).textOverflow !== 'ellipsis')
  .filter((e) => e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 4)
  .map((e) => `${e.outerHTML.slice(0, 90)} ${e.scrollWidth}>${e.clientWidth} ${e.scrollHeight}>${e.clientHeight}`)"""
RATIOS = """() => {
  const style = getComputedStyle(document.documentElement);
  const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const light = (name) => {
    pen.fillStyle = style.getPropertyValue(name).trim();
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const ground of ['--panel', '--ground'])
    for (const name of ['--field-edge', '--accent', '--good', '--warn', '--bad']) {
      const [a, b] = [light(name), light(ground)].sort((x, y) => y - x);
      found[`${name} on ${ground}`] = (a + 0.05) / (b + 0.05);
    }
  return found;
}"""
PIXELS = "const c = document.querySelector('#canvas')"
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  const at = document.elementFromPoint(box.x + Math.min(box.width / 2, 40), box.y + Math.min(box.height / 2, 14));
  return {what: e.outerHTML.slice(0, 80), outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    seen: at !== null && (e.contains(at) || at.contains(e))};
}"""


def camera(page: Page) -> tuple[float, ...]:
    """Where the board is looked at from: x, y and scale, as the address tells."""
    found: str = page.evaluate("new URLSearchParams(location.hash.slice(1)).get('c') ?? ''")
    return tuple(float(part) for part in found.split(",") if part)


def moved(page: Page, before: tuple[float, ...]) -> tuple[float, ...]:
    """The camera, once it is another one and rests."""

    def rested() -> tuple[float, ...]:
        first = camera(page)
        page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 400))")
        return first if first and first != before and first == camera(page) else ()

    return wait_until(rested, seconds=45, what="another camera")


@pytest.mark.parametrize("width", [1280, 320])
def test_wider_spacing_of_text_cuts_nothing(visit: Visit, stage: Stage, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 800})
    api = stage.players["fra-1"].node("shop-api")
    for path in ("/networks/", "/operations/new/network.create/?host=fra-1", f"/containers/{api}/"):
        page = visitor.open(path)
        page.evaluate(
            "(css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", SPACED
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
        assert page.evaluate(CUT) == [], path
    page = visitor.board(f"#s={api}")
    expect(page.locator("#inspected")).to_contain_text("shop-api")
    page.evaluate(
        "(css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", SPACED
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_edges_of_controls_and_states_stand_out(visit: Visit, scheme: str) -> None:
    page = visit(color_scheme=scheme).page
    assert {what: ratio for what, ratio in page.evaluate(RATIOS).items() if ratio < 3} == {}


def test_forced_colours_are_the_boards_colours(visit: Visit) -> None:
    page = visit(forced_colors="active").page
    ground = "getComputedStyle(document.body).backgroundColor"
    corner = """() => {
      const canvas = document.querySelector('#canvas');
      const copy = new OffscreenCanvas(1, 1).getContext('2d');
      copy.drawImage(canvas, 0, 0);
      return `rgb(${[...copy.getImageData(0, 0, 1, 1).data].slice(0, 3).join(', ')})`;
    }"""
    wait_until(lambda: page.evaluate(corner) == page.evaluate(ground), seconds=30, what="the board in forced colours")
    page.emulate_media(forced_colors="none")
    wait_until(lambda: page.evaluate(corner) == "rgb(238, 242, 246)", seconds=30, what="the board in its own colours")


def test_with_reduced_motion_nothing_moves_by_itself(visit: Visit, stage: Stage) -> None:
    page = visit(reduced_motion="reduce").page
    before = camera(page)
    page.locator("#find").fill("shop-db")
    page.locator("#hits li").first.wait_for()
    page.locator("#find").press("ArrowDown")
    page.locator("#find").press("Enter")
    moved(page, before)
    assert page.evaluate("document.getAnimations().filter((a) => a.effect.getTiming().duration > 10).length") == 0


def test_on_paper_stands_the_board_without_what_can_be_pressed(visit: Visit) -> None:
    page = visit().page
    page.emulate_media(media="print")
    expect(page.locator("#canvas")).to_be_visible()
    for what in (".tools", "#find", "#feed-pause"):
        expect(page.locator(what).first).to_be_hidden()
    expect(page.locator("#inspected")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).overflowY") == "visible"


def test_what_has_the_focus_is_marked_and_not_covered(visit: Visit) -> None:
    page = visit().page
    seen: list[dict[str, Any]] = []
    page.locator("body").press("Tab")
    for _ in range(30):
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        seen.append(found)
        page.keyboard.press("Tab")
    assert len({each["what"] for each in seen}) > 12
    assert [each for each in seen if each["outline"] < 2 or not each["seen"]] == []


def test_wheel_and_pinch_on_a_trackpad_zoom_and_pan(visit: Visit) -> None:
    page = visit().page
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    first = camera(page)
    page.mouse.wheel(0, -240)
    zoomed = moved(page, first)
    page.mouse.wheel(33, 21)
    panned = moved(page, zoomed)
    assert panned[2] == zoomed[2]
    page.keyboard.down("Control")
    page.mouse.wheel(0, 30)
    page.keyboard.up("Control")
    assert moved(page, panned)[2] < panned[2]


def touch(cdp: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    """What the screen reports: where fingers are now."""
    cdp.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]},
    )


def test_fingers_pan_pinch_and_choose(visit: Visit) -> None:
    visitor = visit(viewport={"width": 390, "height": 760}, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = visitor.page
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + 150, box["y"] + 120
    cdp = visitor.context.new_cdp_session(page)
    first = camera(page)
    touch(cdp, "touchStart", (x, y))
    for step in range(1, 6):
        touch(cdp, "touchMove", (x - step * 10, y - step * 8))
    touch(cdp, "touchEnd")
    panned = moved(page, first)
    touch(cdp, "touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 6):
        touch(cdp, "touchMove", (x - 20 - step * 6, y), (x + 20 + step * 6, y))
    touch(cdp, "touchEnd")
    pinched = moved(page, panned)
    assert pinched[2] > panned[2] * 1.8
    expect(page.locator("#inspected")).to_have_text("Overview")
    page.locator("button[data-act=fit]").click()
    moved(page, pinched)
    page.touchscreen.tap(box["x"] + 40, box["y"] + 16)
    page.locator("#tabs [data-pane=inspector]").click()
    expect(page.locator("#inspected")).to_contain_text("fra-1")


def test_the_canvas_has_the_screens_own_pixels_whatever_it_becomes(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    cdp = visitor.context.new_cdp_session(page)

    def shows(ratio: float) -> bool:
        return bool(
            page.evaluate(
                f"() => {{ {PIXELS}; return c.clientWidth > 0 && Math.abs(c.width / c.clientWidth - {ratio}) < 0.01 }}"
            )
        )

    for ratio in (1, 2, 1.5):
        screen = {"width": int(1300 - 20 * ratio), "height": 800, "deviceScaleFactor": ratio, "mobile": False}
        cdp.send("Emulation.setDeviceMetricsOverride", screen)
        wait_until(partial(shows, ratio), seconds=30, what=f"{ratio} pixels per pixel")


def test_the_tools_cover_nothing_of_a_narrow_board(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 760}, locale="pt-BR").page
    canvas, tools = (page.locator(what).bounding_box() for what in ("#canvas", ".tools"))
    assert canvas is not None
    assert tools is not None
    assert canvas["height"] > 250
    assert canvas["y"] + canvas["height"] <= tools["y"] + 1


def test_the_list_of_changes_pauses_and_tells_afterwards_what_it_held(visit: Visit, stage: Stage) -> None:
    page = visit().page
    player = stage.players["fra-1"]
    id, _ = player.container("grafana")
    page.locator("#feed-pause").click()
    before = page.locator("#feed").inner_text()
    player.play(player.machine.stop(id))
    expect(page.locator("#feed-count")).to_contain_text("1")
    assert page.locator("#feed").inner_text() == before
    page.locator("#feed-pause").click()
    expect(page.locator("#feed li", has_text="grafana").first).to_contain_text("stopped, was up")
    player.play(player.machine.start(id))
