"""Changes of facts, applied to the facts of a host."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from netboard.core.model import FactKey, Facts, FactsChange

K = TypeVar("K")
V = TypeVar("V")


def apply(facts: Facts, change: FactsChange) -> set[FactKey]:
    """Bring `facts` up to date and tell what differs now: applying a change twice touches nothing the second time.

    With `whole`, what the source tells of (kernel: namespaces and links; engine: containers and networks) and the
    change does not hold is removed. A namespace that goes takes its links with it.
    """
    touched: set[FactKey] = set()
    if _apply_host(facts, change):
        touched.add(("host",))
    if change.source == "kernel":
        namespaces = _wholly(facts.namespaces, change.namespaces) if change.whole else change.namespaces
        links = _wholly(facts.links, change.links) if change.whole else change.links
        touched.update(("namespace", key) for key in _merge(facts.namespaces, namespaces))
        touched.update(("link", *key) for key in _orphans(facts, namespaces, links))
        touched.update(("link", *key) for key in _merge(facts.links, links))
    else:
        containers = _wholly(facts.containers, change.containers) if change.whole else change.containers
        networks = _wholly(facts.networks, change.networks) if change.whole else change.networks
        touched.update(("container", key) for key in _merge(facts.containers, containers))
        touched.update(("network", key) for key in _merge(facts.networks, networks))
    return touched


def keys(facts: Facts) -> Iterator[FactKey]:
    """The keys of all facts."""
    yield ("host",)
    yield from (("network", key) for key in facts.networks)
    yield from (("namespace", key) for key in facts.namespaces)
    yield from (("container", key) for key in facts.containers)
    yield from (("link", *key) for key in facts.links)


def difference(before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V | None]:
    """What a `FactsChange` tells of one kind of facts: what is new or differs, and None for what is gone."""
    told: dict[K, V | None] = {key: None for key in before if key not in after}
    told.update((key, value) for key, value in after.items() if before.get(key) != value)
    return told


def copy(facts: Facts) -> Facts:
    """A copy that changes of the original do not reach; the facts in it are immutable and shared."""
    return replace(
        facts,
        sources=dict(facts.sources),
        namespaces=dict(facts.namespaces),
        links=dict(facts.links),
        containers=dict(facts.containers),
        networks=dict(facts.networks),
    )


def _apply_host(facts: Facts, change: FactsChange) -> bool:
    before = (facts.boot, facts.engine, facts.sources.get(change.source))
    if change.boot:
        facts.boot = change.boot
    if change.engine is not None:
        facts.engine = change.engine
    if change.state is not None:
        facts.sources[change.source] = change.state
    return before != (facts.boot, facts.engine, facts.sources.get(change.source))


def _wholly(kept: Mapping[K, V], told: Mapping[K, V | None]) -> dict[K, V | None]:
    """What was told, and None for everything that is kept but was not told."""
    gone: dict[K, V | None] = {key: None for key in kept if key not in told}
    return gone | dict(told)


def _merge(kept: dict[K, V], told: Mapping[K, V | None]) -> Iterator[K]:
    for key, value in told.items():
        if value is None:
            if kept.pop(key, None) is not None:
                yield key
        elif kept.get(key) != value:
            kept[key] = value
            yield key


def _orphans(
    facts: Facts, namespaces: Mapping[str, object], told: Mapping[tuple[str, int], object]
) -> list[tuple[str, int]]:
    """Removes and tells the links of namespaces that went; of those that are told anyway the change decides."""
    gone = {key for key, value in namespaces.items() if value is None}
    if not gone:
        return []
    orphans = [key for key in facts.links if key[0] in gone and key not in told]
    for key in orphans:
        del facts.links[key]
    return orphans
