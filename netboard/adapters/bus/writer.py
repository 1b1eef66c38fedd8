"""The log of one host, as its observer writes it."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from netboard.adapters.bus import codec, keys, scripts
from netboard.adapters.bus.edge import connect, mapped
from netboard.core.errors import BusUnavailable
from netboard.core.feed import NOTHING, Part, top_of
from netboard.core.model import Json
from netboard.core.ports import Change, HostGraph, HostStatus
from netboard.core.wire import Position

T = TypeVar("T")

_CHUNK = 500
"""Pairs in one HSET."""


class RedisLogWriter:
    """Fulfils `ports.LogWriter`. For one thread at a time."""

    def __init__(self, url: str, host: str, *, log_length: int = 2000, patience: float = 0.0) -> None:
        """Connects when first used. `patience`: seconds that `slots` waits for what the recorder gives back."""
        self.host = host
        self._client = connect(url)
        self._keys = keys.of_host(host)
        self._log_length = log_length
        self._patience = patience
        self._append = self._client.register_script(scripts.APPEND)
        self._place = self._client.register_script(scripts.PLACE)
        self._epoch = ""
        self._seq = 0
        self._fleet_edges: set[str] = set()
        self._states: dict[str, str] = {}

    def slots(self) -> Mapping[str, int]:
        """The places that were assigned before, by node id, the host's own place among them."""
        with mapped():
            deadline = time.monotonic() + self._patience
            while not (known := self._known_slots()) and time.monotonic() < deadline:
                if self._client.exists(keys.KEPT):
                    known = self._known_slots()
                    break
                time.sleep(0.05)
            known[self.host] = int(self._place(keys=[keys.PLACES], args=[self.host]))
            return known

    def _known_slots(self) -> dict[str, int]:
        known = {k.decode(): int(v) for k, v in self._client.hgetall(self._keys.slots).items()}
        for key, value in self._client.hgetall(self._keys.nodes).items():
            known[key.decode()] = int(codec.decode(value)["slot"])
        for key, value in self._client.hgetall(self._keys.fleet).items():
            if key.startswith(b"n "):
                known[key[2:].decode()] = int(codec.decode(value)["slot"])
        return known

    def begin(self, graph: HostGraph, status: HostStatus) -> Position:
        """Replace the host's graph and start a new epoch."""
        own, fleet = codec.split(graph.nodes, graph.edges)
        with mapped():
            head = self._client.get(self._keys.head)
            before = int(codec.decode_head(head).epoch) if head else 0
            epoch = str(max(time.time_ns() // 1_000_000, before + 1, int(self._epoch or 0) + 1))
            stale = [k for k in self._client.hkeys(self._keys.annex) if k.decode() not in own.nodes]
            pipe = self._client.pipeline(transaction=True)
            write_whole(pipe, self.host, epoch, own, fleet, codec.encode(status), status["at"])
            if stale:
                pipe.hdel(self._keys.annex, *stale)
            pipe.execute()
        self._epoch, self._seq = epoch, 0
        self._fleet_edges = set(fleet.edges)
        self._states = _states(status)
        return Position(epoch=epoch, seq=0)

    def append(self, change: Change, at: str) -> Position | None:
        """Add one delta; an empty one only asks whether the log is still there. None: it is not, `begin` anew."""
        if not change:
            with mapped():
                head = self._client.get(self._keys.head)
            here = head is not None and codec.decode_head(head)[:2] == (self._epoch, self._seq)
            return Position(epoch=self._epoch, seq=self._seq) if here else None
        own, fleet = codec.split_change(change, self._fleet_edges)
        if not self._write(own, fleet, codec.encode_entry(at, own, fleet)):
            return None
        self._fleet_edges.difference_update(fleet.removed_edges)
        self._fleet_edges.update(fleet.edges)
        return Position(epoch=self._epoch, seq=self._seq)

    def _write(self, own: Part, fleet: Part, entry: bytes) -> bool:
        if not self._epoch:
            return False
        arguments: list[str | bytes | int] = [self._epoch, self._seq, self._log_length, entry]
        top = top_of(own)
        for pairs, removed in (
            (own.nodes, own.removed_nodes),
            (own.edges, own.removed_edges),
            (named(top), [*_named("n", top.removed_nodes), *_named("e", top.removed_edges)]),
            (named(fleet), [*_named("n", fleet.removed_nodes), *_named("e", fleet.removed_edges)]),
        ):
            arguments.append(len(pairs))
            for key, value in pairs.items():
                arguments += (key, value)
            arguments.append(len(removed))
            arguments += removed
        names = self._keys
        with mapped():
            written = self._append(
                keys=[names.head, names.nodes, names.edges, names.top, names.fleet, names.log], args=arguments
            )
        if written:
            self._seq += 1
        return bool(written)

    def report(self, status: HostStatus) -> None:
        """Renew the heartbeat; told to readers at once where a source's state changed.

        Raises `BusUnavailable` with code `bus_lost` where the log is gone. As after any `BusUnavailable`: `begin` anew.
        """
        value = codec.encode(status)
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            pipe.set(self._keys.status, value)
            pipe.sadd(keys.HOSTS, self.host)
            pipe.get(self._keys.head)
            head = pipe.execute()[2]
        states = _states(status)
        lost = bool(self._epoch) and (head is None or codec.decode_head(head).epoch != self._epoch)
        if self._epoch and not lost and states != self._states:
            lost = not self._write(NOTHING, NOTHING, codec.encode_entry(status["at"], NOTHING, NOTHING, value))
        if lost:
            raise BusUnavailable("Redis has lost this host's log; it must be begun anew.", code="bus_lost")
        self._states = states

    def keep_annexes(self, annexes: Mapping[str, Json | None]) -> None:
        """Replace annexes, by namespace node id; None removes."""
        kept = {key: codec.encode(value) for key, value in annexes.items() if value is not None}
        gone = [key for key, value in annexes.items() if value is None]
        if not annexes:
            return
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            if kept:
                pipe.hset(self._keys.annex, mapping=kept)
            if gone:
                pipe.hdel(self._keys.annex, *gone)
            pipe.execute()

    def close(self) -> None:
        """Close the connections; the log stays."""
        self._client.close()


def begin_many(
    url: str, hosts: Mapping[str, tuple[HostGraph, HostStatus]], *, at_once: int = 50
) -> dict[str, Position]:
    """Begin the logs of many hosts, so many in one round trip; for a simulated fleet. Raises `BusUnavailable`."""
    positions: dict[str, Position] = {}
    client = connect(url)
    try:
        for batch in _batches(hosts.items(), at_once):
            with mapped():
                heads = client.mget([keys.of_host(host).head for host, _ in batch])
                pipe = client.pipeline(transaction=False)
                for (host, (graph, status)), head in zip(batch, heads, strict=True):
                    before = int(codec.decode_head(head).epoch) if head else 0
                    epoch = str(max(time.time_ns() // 1_000_000, before + 1))
                    own, fleet = codec.split(graph.nodes, graph.edges)
                    pipe.execute_command("MULTI")
                    write_whole(pipe, host, epoch, own, fleet, codec.encode(status), status["at"])
                    pipe.execute_command("EXEC")
                    positions[host] = Position(epoch=epoch, seq=0)
                pipe.execute()
    finally:
        client.close()
    return positions


def write_whole(pipe: Any, host: str, epoch: str, own: Part, fleet: Part, status: bytes, at: str) -> None:
    """Queue everything that a new epoch of a host consists of."""
    names = keys.of_host(host)
    pipe.delete(names.nodes, names.edges, names.top, names.fleet, names.log)
    top = top_of(own)
    for key, pairs in (
        (names.nodes, own.nodes),
        (names.edges, own.edges),
        (names.top, named(top)),
        (names.fleet, named(fleet)),
    ):
        for chunk in _batches(pairs.items(), _CHUNK):
            pipe.hset(key, mapping=dict(chunk))
    pipe.set(names.head, f'{{"epoch":"{epoch}","seq":0,"nodes":{len(own.nodes)}}}')
    pipe.xadd(names.log, {"d": codec.encode_entry(at, NOTHING, NOTHING, status)}, id=f"{epoch}-0")
    pipe.set(names.status, status)
    pipe.sadd(keys.HOSTS, host)


def named(part: Part) -> dict[str, bytes]:
    """Nodes and edges as one hash."""
    return {f"n {key}": raw for key, raw in part.nodes.items()} | {f"e {key}": raw for key, raw in part.edges.items()}


def _named(letter: str, ids: Sequence[str]) -> list[str]:
    return [f"{letter} {object_id}" for object_id in ids]


def _states(status: HostStatus) -> dict[str, str]:
    return {name: source["state"] + source["code"] for name, source in status["sources"].items()}


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
