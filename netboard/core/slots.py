"""Slots: the place of a node among its siblings on the board, given once and kept while the node lives.

    given:  a 0, b 1, c 2        b goes:  a 0, c 2        d comes:  a 0, d 1, c 2

Nobody moves because somebody comes or goes; the lowest free number is reused.
"""

from collections.abc import Iterable, Mapping

Group = tuple[str, ...]
"""Who are siblings."""


class Slots:
    """The slots of one host. `kept` are those that nodes had before the observer started."""

    def __init__(self, kept: Mapping[str, int] | None = None) -> None:
        self._kept: dict[str, int] = dict(kept or {})
        self._given: dict[str, tuple[Group, int]] = {}
        self._used: dict[Group, set[int]] = {}
        self._low: dict[Group, int] = {}

    def settle(self, wanted: Iterable[tuple[str, Group]], gone: Iterable[str] = ()) -> set[str]:
        """Release those who are gone, then give each of `wanted` a slot in its group, in order. Tells whose is new.

        Who had a number before (in another group, or before a restart) keeps it where it is free; those choose first.
        """
        for node in gone:
            self._release(node)
        movers: list[tuple[str, Group]] = []
        for node, group in wanted:
            given = self._given.get(node)
            if given is None or given[0] != group:
                movers.append((node, group))
                if given is not None:
                    self._release(node)
                    self._kept[node] = given[1]
        homeless = []
        for node, group in movers:
            number = self._kept.pop(node, None)
            if number is None or number < 0 or number in self._used.get(group, ()):
                homeless.append((node, group))
            else:
                self._give(node, group, number)
        for node, group in homeless:
            self._give(node, group, self._lowest(group))
        return {node for node, _ in movers}

    def of(self, node: str) -> int:
        """The slot of a node that has one; raises KeyError otherwise."""
        return self._given[node][1]

    def all(self) -> dict[str, int]:
        """The slots of all living nodes, and those kept for nodes that have not shown up yet."""
        return self._kept | {node: number for node, (_, number) in self._given.items()}

    def _give(self, node: str, group: Group, number: int) -> None:
        self._given[node] = (group, number)
        self._used.setdefault(group, set()).add(number)

    def _release(self, node: str) -> None:
        given = self._given.pop(node, None)
        if given is None:
            return
        group, number = given
        used = self._used[group]
        used.discard(number)
        if not used:
            del self._used[group]
            self._low.pop(group, None)
        elif number < self._low.get(group, 0):
            self._low[group] = number

    def _lowest(self, group: Group) -> int:
        used = self._used.get(group, set())
        number = self._low.get(group, 0)
        while number in used:
            number += 1
        self._low[group] = number
        return number
