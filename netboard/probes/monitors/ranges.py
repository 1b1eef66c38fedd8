"""Which ranges administrators opened on a host, beyond its engine's own networks."""

from collections.abc import Callable
from typing import Final

_sources: Final[list[Callable[[str], list[str]]]] = []


def add(source: Callable[[str], list[str]]) -> None:
    """Have this asked as well: given a host, it answers the CIDRs that were opened there."""
    if source not in _sources:
        _sources.append(source)


def opened(host: str) -> list[str]:
    """The CIDRs that were opened on a host, each once, sorted."""
    return sorted({cidr for source in _sources for cidr in source(host)})
