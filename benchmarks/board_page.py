"""The board's store and renderer on a generated fleet, in a real Chromium: what the board's benchmarks drive."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
)
PAGE = """<!doctype html><html data-theme="dark"><style>html,body{margin:0;height:100%}
canvas{width:100%;height:100%;display:block}</style><canvas></canvas></html>"""
FLEETS = {2_000: (16, 24), 10_000: (76, 24), 50_000: (380, 24)}
"""Hosts and containers per host that make about so many nodes."""


def bundle() -> str:
    """The benchmark's script, bundled and minified as the product's is."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [str(esbuild), "static/src/harness.ts", "--bundle", "--format=iife", "--minify"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@contextmanager
def board_page(width: int = 1600, height: int = 1000, fragment: str = "") -> Iterator[Page]:
    """An open page with `window.harness`; with `#heavy` every movement is shown by pictures made before."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"about:blank{fragment}")
            page.set_content(PAGE)
            page.add_script_tag(content=bundle())
            yield page
        finally:
            browser.close()


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 … 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def verdict(figure: float, budget: float) -> str:
    """`ok` or how many times over the budget."""
    return "ok" if figure <= budget else f"{figure / budget:.1f} x over"
