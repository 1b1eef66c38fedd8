"""One client of the hub: where it stands, and which frame it gets next. No queue grows here: the log is the queue."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec

from netboard.core.clock import utc
from netboard.core.feed import at_top
from netboard.core.ids import FLEET, host_of
from netboard.core.wire import Cursor
from netboard.live import frames
from netboard.live.audience import Audience, fleet_epoch
from netboard.live.gathering import gathered
from netboard.live.host import HostLog
from netboard.live.overlay import merged_node

REST: Final = 0.5
"""Seconds between two snapshots for one client, at least; and one more for each 4 MB of the first."""


class Standing(msgspec.Struct):
    """Where a client stands in one log: `told` it knows; between there and `done` was nothing for its eyes."""

    epoch: str
    told: int
    done: int


class Wire(Protocol):
    """A connection that can be written to without waiting, while its client keeps up."""

    def ready(self) -> bool:
        """Whether it can be written to now."""

    def write(self, text: str) -> None:
        """Write a text frame."""


class Client:
    """Asked for the next frame whenever it may get one; `wake` is set when there may be one."""

    def __init__(self, logs: Mapping[str, HostLog], frames_per_second: int) -> None:
        self._logs = logs
        self._frames_per_second = frames_per_second
        self.audience: Audience | None = None
        self.wake = asyncio.Event()
        self.wire: Wire | None = None
        """What news may be written to at once while the consumer rests."""
        self.resting = False
        """The consumer waits for `wake` and holds nothing back."""
        self.next_frame = 0.0
        """The time before which no further snapshot or delta may be sent."""
        self.resume: Cursor | None = None
        """The cursor with which the client came back."""
        self.greeted = False
        """The hub has looked at the cursor and said what is silent."""
        self._standing: dict[str, Standing] = {}
        self._fleet = Standing("", 0, 0)
        self._fleet_touched: dict[str, None] = {}
        self._dirty: dict[str, None] = {}
        self._messages: dict[tuple[str, str], str | Mapping[str, Any]] = {}
        self._shown: dict[str, bool] = {}
        self._fresh = True
        self._snapshot_due = 0.0

    # What the hub tells

    def look(self, audience: Audience, resume: Cursor | None) -> None:
        """Begin anew with this view."""
        self.audience = audience
        self.resume = resume
        self.greeted = False
        self._fresh = True
        self._dirty.clear()
        self._fleet_touched.clear()
        self.wake.set()

    def touch(self, hosts: Iterable[str], now: float) -> None:
        """There is news of these hosts.

        A client that keeps up gets it here and now: waking its consumer first costs several times as much.
        """
        self._dirty.update(dict.fromkeys(hosts))
        if self.resting and self.wire is not None and now >= self.next_frame and self.wire.ready():
            text = self.frame(now)
            if text is not None:
                self.next_frame = now + 1 / self._frames_per_second
                self.wire.write(text)
            if not self.held:
                return
        self.wake.set()

    def say(self, about: tuple[str, str], frame: str) -> None:
        """A frame of its own; a later one about the same replaces it."""
        self._messages.pop(about, None)
        self._messages[about] = frame
        self.wake.set()

    def gather(self, about: tuple[str, str], frame: Mapping[str, Any]) -> None:
        """A frame of its own that tells only what is new; a later one about the same is joined to it."""
        waiting = self._messages.get(about)
        self._messages[about] = frame if waiting is None or isinstance(waiting, str) else gathered(waiting, frame)
        self.wake.set()

    def _stand(self, cursor: Cursor, audience: Audience) -> None:
        self._shown = audience.shown
        self._standing = {
            host: Standing(position["epoch"], position["seq"], position["seq"])
            for host, position in cursor.items()
            if host != FLEET
        }
        fleet = cursor[FLEET]
        self._fleet = Standing(fleet["epoch"], fleet["seq"], fleet["seq"])
        self._dirty = dict.fromkeys(self._standing)
        self._fleet_touched.clear()
        self._fresh = False
        self.wake.set()

    # What the consumer asks

    def message(self) -> str | None:
        """The next frame that need not wait its turn: stale, live, notice."""
        if not self._messages:
            return None
        message = self._messages.pop(next(iter(self._messages)))
        return message if isinstance(message, str) else frames.encode(message).decode()

    @property
    def held(self) -> bool:
        """There may be a frame that waits its turn."""
        return bool(self._dirty or self._fleet_touched or self._fresh)

    def due(self, now: float) -> float:
        """Seconds until a snapshot that is being held back may be asked for; 0: nothing is held back."""
        return max(0.0, self._snapshot_due - now) if self._fresh else 0.0

    def frame(self, now: float) -> str | None:
        """The next snapshot or delta; None: there is nothing (yet)."""
        audience = self.audience
        if audience is None or not audience.ready or not self.greeted:
            return None
        if not self._fresh and (len(self._dirty) > self._frames_per_second or self._outdated(audience)):
            self._fresh = True
        if not self._fresh:
            delta = self._delta(audience)
            if not self._fresh:
                return delta
        return self._snapshot(audience, now) if now >= self._snapshot_due else None

    def _outdated(self, audience: Audience) -> bool:
        shown = audience.shown
        if shown is not self._shown and shown != self._shown:
            return True
        self._shown = shown
        return any(host in shown and self._standing[host].epoch != self._logs[host].epoch for host in self._dirty)

    def _snapshot(self, audience: Audience, now: float) -> str | None:
        told = audience.snapshot(self._logs, now)
        if told is None:
            return None
        self._stand(told.cursor, audience)
        self._snapshot_due = now + REST + len(told.text) / 4_000_000
        return told.text

    def _delta(self, audience: Audience) -> str | None:
        while self._dirty:
            host = next(iter(self._dirty))
            del self._dirty[host]
            log, standing = self._logs.get(host), self._standing.get(host)
            if log is None or standing is None or standing.done == log.seq:
                continue
            step = log.step(standing.told, standing.done, self._shown[host])
            if step is None:
                self._fresh = True
                return None
            standing.done = log.seq
            self._fleet_touched.update(dict.fromkeys(step.fleet))
            if step.text:
                standing.told = log.seq
                return step.text
        return self._fleet_delta(audience) if self._fleet_touched else None

    def _fleet_delta(self, audience: Audience) -> str | None:
        merged = frames.Merged(at=utc())
        shown = audience.shown
        for key in self._fleet_touched:
            object_id = key[2:]
            is_node = key.startswith("n ")
            raw = self._fleet_object(object_id, is_node, shown)
            if raw is not None:
                (merged.nodes if is_node else merged.edges)[object_id] = raw
            elif self._owner(object_id) is None:
                (merged.removed_nodes if is_node else merged.removed_edges).add(object_id)
        self._fleet_touched.clear()
        if not merged:
            return None
        seq = max(sum(standing.done for standing in self._standing.values()), self._fleet.told + 1)
        text = frames.delta(FLEET, self._fleet.epoch, self._fleet.told, seq, merged)
        self._fleet.told = seq
        return text

    def _fleet_object(self, object_id: str, is_node: bool, shown: Mapping[str, bool]) -> bytes | None:
        told: dict[str, bytes] = {}
        for host, whole in shown.items():
            log = self._logs.get(host)
            raw = (log.fleet_nodes if is_node else log.fleet_edges).get(object_id) if log else None
            if raw is not None and (whole or at_top(object_id)):
                told[host] = raw
        if not told:
            return None
        return merged_node(told) if is_node else next(iter(told.values()))

    def _owner(self, object_id: str) -> HostLog | None:
        """The host that has this edge as its own: it passed from the fleet to there."""
        log = self._logs.get(host_of(object_id))
        return log if log and any(object_id in loaded.edges for loaded in log.loaded.values()) else None

    def may_resume(self, cursor: Cursor) -> bool:
        """Whether deltas lead on from this cursor to everything in view, and stand there if they do."""
        audience = self.audience
        if audience is None or FLEET not in cursor:
            return False
        shown = audience.shown
        known = all(
            host in cursor
            and cursor[host]["epoch"] == self._logs[host].epoch
            and self._logs[host].reaches(cursor[host]["seq"])
            for host in shown
        )
        epoch = fleet_epoch((host, self._logs[host].epoch) for host in shown)
        if not known or len(cursor) != len(shown) + 1 or cursor[FLEET]["epoch"] != epoch:
            return False
        self._stand(cursor, audience)
        return True
