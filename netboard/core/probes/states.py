"""From single answers to a state, with hysteresis: what flaps changes its state once, not with every answer.

             few losses              `down_after` losses in a row
    up ◄───────────────► degraded ◄───────────────────────────► down
     ▲                                                            │
     └──── `up_after` answers in a row, twice as many after every fall that was not long ago

unknown: it could not be asked, twice in a row, or nobody was there to ask. It is left as soon as something is known.
"""

from typing import Any, Final, NamedTuple

from netboard.core.probes.model import MonitorState

REMEMBERED: Final = 20
"""Answers and losses that count for `degraded`."""
ENOUGH: Final = 10
"""Of these so many have to be there."""
BLIND: Final = 2
"""Times in a row that it could not be asked, after which the state is unknown."""
CALM: Final = 60
"""Answers in a row after which earlier falls are forgotten."""
_DOUBLED: Final = 3
_MASK: Final = (1 << REMEMBERED) - 1


class Thresholds(NamedTuple):
    """When a state changes."""

    down_after: int = 3
    """Losses in a row."""
    up_after: int = 5
    """Answers in a row."""
    loss: float = 0.2
    """The share of losses from which it is degraded, until it is under half of that; 0: never."""
    rtt_us: float = 0.0
    """Answers slower than this count as slow; half of them slow is degraded, until it is under a quarter; 0: never."""


class Memory(NamedTuple):
    """What is remembered of one thing that is asked."""

    state: MonitorState = "unknown"
    settled: MonitorState = "unknown"
    """The state without regard to being blind."""
    lost: int = 0
    """The last outcomes as bits, the newest lowest: 1 is a loss."""
    slow: int = 0
    """The same of slow answers."""
    known: int = 0
    """How many of these bits count."""
    streak: int = 0
    """Answers in a row; negative: losses in a row."""
    blind: int = 0
    falls: int = 0
    """How often it went down lately."""

    @property
    def loss(self) -> float:
        """The share of losses among the last outcomes."""
        return self.lost.bit_count() / self.known if self.known else 0.0

    def kept(self) -> list[Any]:
        """As JSON."""
        return list(self)


def remembered(kept: list[Any] | None) -> Memory:
    """What `kept` gave; nothing where that is no memory."""
    return Memory(*kept) if kept and len(kept) == len(Memory._fields) else Memory()


def step(memory: Memory, ok: bool | None, rtt_us: float | None, limits: Thresholds) -> Memory:
    """What is remembered after one more outcome; `ok` None: it could not be asked."""
    if ok is None:
        blind = min(memory.blind + 1, BLIND)
        return memory._replace(blind=blind, state="unknown" if blind >= BLIND else memory.state)
    slow = bool(ok and limits.rtt_us and rtt_us is not None and rtt_us > limits.rtt_us)
    after = memory._replace(
        lost=(memory.lost << 1 | (not ok)) & _MASK,
        slow=(memory.slow << 1 | slow) & _MASK,
        known=min(memory.known + 1, REMEMBERED),
        streak=max(memory.streak, 0) + 1 if ok else min(memory.streak, 0) - 1,
        blind=0,
    )
    return _settle(after, limits)


def blinded(memory: Memory) -> Memory:
    """What is remembered once it is certain that nobody can ask: unknown at once, never down."""
    return memory._replace(state="unknown", blind=BLIND)


def _settle(now: Memory, limits: Thresholds) -> Memory:
    before = now.settled
    if before == "down":
        needed = limits.up_after << min(max(now.falls - 1, 0), _DOUBLED)
        if now.streak < needed:
            return now._replace(state="down")
        return now._replace(state="up", settled="up", lost=0, slow=0, known=0)
    if now.streak <= -limits.down_after:
        return now._replace(state="down", settled="down", falls=now.falls + 1)
    if now.streak >= CALM:
        now = now._replace(falls=0)
    if before == "unknown" and now.streak < 0:
        return now  # nothing is known of it yet but a loss or two
    state: MonitorState = "degraded" if _is_degraded(now, limits, before == "degraded") else "up"
    return now._replace(state=state, settled=state)


def _is_degraded(now: Memory, limits: Thresholds, already: bool) -> bool:
    if now.known < ENOUGH:
        return already
    ease = 2 if already else 1
    lossy = limits.loss > 0 and now.loss >= limits.loss / ease
    answers = now.known - now.lost.bit_count()
    slow = limits.rtt_us > 0 and answers > 0 and now.slow.bit_count() / answers >= 0.5 / ease
    return lossy or slow
