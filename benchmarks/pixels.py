"""From a change in the kernel to changed pixels in Chromium: `python -m benchmarks.pixels [CHANGES]` (root).

A whole board observes this machine. A veth pair in a namespace of its own is switched off and on; the page compares
its canvas, drawn down to 800 columns, at every frame, and notes when the picture is another one. Budget: p50 at most
100 ms, p95 at most 250 ms. Floor, in the same run: the event on a bare netlink socket plus one empty frame.
"""

import statistics
import subprocess
import sys
import time

from playwright.sync_api import Page, sync_playwright
from pyroute2 import NetNS

from tests.support.board import Board
from tests.support.browser import CHROMIUM, FLAGS
from tests.support.wait import wait_until

CHANGES = 20
SETTLED = 9.5
"""Seconds after which the mark of a change has faded."""
SPACE = "nb-pixels"
WATCH = """() => {
  const small = new OffscreenCanvas(800, 500).getContext("2d", {willReadFrequently: true});
  const canvas = document.querySelector("canvas");
  window.pixels = {at: 0, count: 0, frames: []};
  let before = "";
  let last = 0;
  const look = (now) => {
    if (last) window.pixels.frames.push(now - last);
    last = now;
    small.drawImage(canvas, 0, 0, 800, 500);
    const data = new Uint32Array(small.getImageData(0, 0, 800, 500).data.buffer);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum = (sum * 31 + data[i]) >>> 0;
    if (sum !== before) { before = sum; window.pixels.at = Date.now(); window.pixels.count++; }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def main() -> None:
    """Switch off and on, and print both distributions."""
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES
    subprocess.run(["ip", "netns", "add", SPACE], check=True)
    board = Board()
    try:
        with NetNS(SPACE) as inside:
            inside.link("add", ifname="left", kind="veth", peer="right")
            (index,) = inside.link_lookup(ifname="right")
            (other,) = inside.link_lookup(ifname="left")
            for each in (index, other):
                inside.link("set", index=each, state="up")
            floor = [_event(inside, index, number) for number in range(changes)]
            inside.link("set", index=index, state="up")
        board.start()
        times, frame = _in_browser(board, changes)
    finally:
        board.close()
        subprocess.run(["ip", "netns", "delete", SPACE], check=True)
    times.sort()
    p50, p95 = statistics.median(times), times[max(0, int(len(times) * 0.95) - 1)]
    bottom = statistics.median(floor) + frame
    print(f"kernel to pixels: p50 {p50:.0f} ms (100), p95 {p95:.0f} ms (250), {len(times)} changes")
    print(f"floor: bare event {statistics.median(floor):.1f} ms + one frame {frame:.1f} ms = {bottom:.0f} ms")
    print("kept" if p50 <= 100 and p95 <= 250 else "MISSED")


def _event(inside: NetNS, index: int, number: int) -> float:
    """Milliseconds until a bare socket in the namespace has heard of a change."""
    with NetNS(SPACE) as heard:
        heard.bind()
        started = time.perf_counter()
        inside.link("set", index=index, state="down" if number % 2 else "up", txqlen=1000 + number)
        for message in heard.get():
            if message.get("index") == index:
                break
        return (time.perf_counter() - started) * 1000


def _in_browser(board: Board, changes: int) -> tuple[list[float], float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce").new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{board.url}sign-in/")
        page.locator("input[name=username]").fill(board.user)
        page.locator("input[name=password]").fill(board.password)
        page.locator("main button[type=submit]").click()
        page.locator("#board[data-ready]").wait_for()
        page.evaluate(WATCH)
        times = [_one(page, number) for number in range(changes)]
        frame = float(page.evaluate("window.pixels.frames.sort((a, b) => a - b)[window.pixels.frames.length >> 1]"))
        browser.close()
    return times, frame


def _one(page: Page, number: int) -> float:
    time.sleep(SETTLED)
    before = int(page.evaluate("window.pixels.count"))
    started = time.time() * 1000
    state = "up" if number % 2 else "down"
    subprocess.run(["ip", "-n", SPACE, "link", "set", "right", state], check=True)
    wait_until(lambda: int(page.evaluate("window.pixels.count")) > before, seconds=20, what="other pixels")
    return float(page.evaluate("window.pixels.at")) - started


if __name__ == "__main__":
    main()
