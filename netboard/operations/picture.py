"""What plans are made on: the graphs of the bus, or, while the bus is away, the ones that were seen last.

Whoever asks waits `PATIENCE` seconds at most. The agent looks again before it begins, so an old picture does no harm.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from netboard.core.change.world import Ground, subnets_of
from netboard.core.errors import BusUnavailable, Missing
from netboard.networks import graphs

PATIENCE: Final = 1.2
"""Seconds that the bus may take to answer."""
AWAY: Final = 3.0
"""Seconds for which nobody asks again after it did not, unless its answer comes late."""


@dataclass(frozen=True)
class Seen:
    """A host's graph, where that stands in the host's log, and the subnets of the other hosts' networks. `old`: the bus
    is away, this was seen before."""

    ground: Ground
    epoch: str
    seq: int
    elsewhere: Mapping[str, Sequence[str]]
    old: bool = False

    def shows(self, engine_id: str) -> bool:
        """Whether the graph shows the network or container with this full id, or the log has told of it until then."""
        if self.ground.made(engine_id) is not None:
            return True
        try:
            return not self.old and graphs.passed(self.ground.host, self.epoch, self.seq, engine_id)
        except BusUnavailable:
            return False


class Pictures:
    """Keeps what was seen last of each host."""

    def __init__(self) -> None:
        self._last: dict[str, Seen] = {}
        self._away_until = 0.0

    def of(self, host: str) -> Seen:
        """The host as it is now, or as it was seen last. Raises `Missing`, and `BusUnavailable` if it never was."""
        try:
            return self._fresh(host)
        except BusUnavailable:
            last = self._last.get(host)
            if last is None:
                raise
            return replace(last, old=True)

    def _fresh(self, host: str) -> Seen:
        if time.monotonic() < self._away_until:
            raise BusUnavailable("Redis does not answer; netboard goes on by itself once it does.")
        answer: Future[Seen] = Future()
        last = self._last.get(host)
        answer.add_done_callback(partial(self._arrived, host))
        threading.Thread(target=_look, args=(host, last, answer), name="picture", daemon=True).start()
        try:
            return answer.result(PATIENCE if last else None)
        except (TooLate, BusUnavailable) as error:
            self._away_until = time.monotonic() + AWAY
            if isinstance(error, BusUnavailable):
                raise
            raise BusUnavailable("Redis does not answer; netboard goes on by itself once it does.") from error

    def _arrived(self, host: str, answer: "Future[Seen]") -> None:
        """However late it is, an answer tells that the bus is there."""
        if answer.exception() is None:
            self._last[host] = answer.result()
            self._away_until = 0.0


def _look(host: str, last: Seen | None, answer: "Future[Seen]") -> None:
    try:
        known = graphs.known(host)
        if known is None:
            raise Missing(
                f"There is no host “{host}”, or its agent has not reported yet.",
                code="host_missing",
                params={"host": host},
            )
        if last is not None and last.ground.nodes is known.graph.nodes:
            ground = last.ground
        else:
            ground = Ground(host, known.graph.nodes, known.graph.edges)
        seen = Seen(ground, known.epoch, known.seq, _elsewhere(host))
    except Exception as error:
        answer.set_exception(error)
    else:
        answer.set_result(seen)


def _elsewhere(host: str) -> dict[str, list[str]]:
    """The subnets of other hosts' networks, without those that every engine has."""
    found: dict[str, list[str]] = {}
    for other, nodes in graphs.networks([each for each in graphs.hosts() if each != host]).items():
        subnets = [s for node in nodes if not node["facts"].get("builtin") for s in subnets_of(node)]
        if subnets:
            found[other] = subnets
    return found


pictures: Final = Pictures()
"""The process's own."""
