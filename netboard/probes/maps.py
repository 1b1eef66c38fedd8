"""The address map of a sweep: its range as a grid of cells, each one address or a block of them.

A /24 is 16 rows of 16 addresses; a larger range has as many cells, each of which shows the worst of its block.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, ip_network
from typing import Final, NamedTuple

CELLS: Final = 256
ACROSS: Final = 16
SIZE: Final = 18
"""Of a cell, in units of the picture."""
RANK: Final = ("free", "endpoint", "gateway", "kernel", "silent", "stranger", "conflict")
GLYPHS: Final = {
    "endpoint": "●",
    "gateway": "◆",
    "kernel": "▲",
    "silent": "✕",
    "stranger": "?",
    "conflict": "!",
    "free": "",
}


class Cell(NamedTuple):
    """One cell: where it stands, what it is, and which addresses it is about."""

    x: int
    y: int
    kind: str
    glyph: str
    title: str


class Map(NamedTuple):
    """A grid; `block`: addresses of one cell."""

    cells: list[Cell]
    width: int
    height: int
    block: int


def of(cidr: str, found: Iterable[tuple[str, str, bool]]) -> Map | None:
    """The map of an IPv4 range with what was found in it: (place, kind, whether several claim it). None for IPv6."""
    whole = ip_network(cidr, strict=False)
    if whole.version == 6:
        return None
    size, first = whole.num_addresses, int(whole.network_address)
    block = max(1, size // CELLS)
    kinds = ["free"] * (size // block)
    counts = [0] * len(kinds)
    for place, kind, several in found:
        cell = (int(place[1:], 16) - first) // block
        if 0 <= cell < len(kinds):
            shown = "conflict" if several else kind
            counts[cell] += 1
            if shown in RANK and RANK.index(shown) > RANK.index(kinds[cell]):
                kinds[cell] = shown
    cells = [
        Cell(
            SIZE * (number % ACROSS),
            SIZE * (number // ACROSS),
            kind,
            GLYPHS[kind],
            _title(first + number * block, block, counts[number]),
        )
        for number, kind in enumerate(kinds)
    ]
    across = min(ACROSS, len(cells))
    return Map(cells, SIZE * across, SIZE * -(-len(cells) // ACROSS), block)


def _title(first: int, block: int, count: int) -> str:
    if block == 1:
        return str(IPv4Address(first))
    return f"{IPv4Address(first)} – {IPv4Address(first + block - 1)}: {count}"
