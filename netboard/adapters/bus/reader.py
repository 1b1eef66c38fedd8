"""The logs of all hosts, read without waiting."""

from collections.abc import Mapping, Sequence
from typing import Any

from netboard.adapters.bus import codec, keys, scripts
from netboard.adapters.bus.edge import connect, mapped
from netboard.core.feed import Entry, Head, Kept, Part
from netboard.core.model import Json
from netboard.core.ports import HostGraph, HostStatus
from netboard.core.wire import Position

_AT_ONCE = 200
"""Hosts that are asked for in one round trip."""


class RedisLogReader:
    """Fulfils `ports.LogReader`. Threads may share one."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def hosts(self) -> list[str]:
        """Ids of the hosts that have a log or a status, sorted."""
        with mapped():
            return sorted(member.decode() for member in self._client.smembers(keys.HOSTS))

    def heads(self, hosts: list[str]) -> dict[str, Head]:
        """Where these hosts' logs end; a host without log is not in the answer."""
        if not hosts:
            return {}
        with mapped():
            values = self._client.mget([keys.of_host(host).head for host in hosts])
        return {host: codec.decode_head(value) for host, value in zip(hosts, values, strict=True) if value}

    def kept(self, host: str) -> Kept | None:
        """The host's current graph, encoded."""
        names = keys.of_host(host).whole
        with mapped():
            return kept_of(self._client.eval(scripts.KEPT, len(names), *names))

    def tops(self, hosts: Sequence[str]) -> dict[str, Kept]:
        """Of these hosts only what is shown from afar: hosts and networks. A host without log is not in the answer."""
        found: dict[str, Kept] = {}
        for start in range(0, len(hosts), _AT_ONCE):
            batch = hosts[start : start + _AT_ONCE]
            with mapped():
                pipe = self._client.pipeline(transaction=False)
                for host in batch:
                    names = keys.of_host(host).afar
                    pipe.eval(scripts.KEPT, len(names), *names)
                answers = pipe.execute()
            found |= {h: kept for h, answer in zip(batch, answers, strict=True) if (kept := kept_of(answer))}
        return found

    def holding(self, nodes: Mapping[str, tuple[str, str]]) -> list[str]:
        """Of these hosts, those whose graph has the first of two nodes as its own, or the second in the fleet."""
        if not nodes:
            return []
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            for host, (own, fleet) in nodes.items():
                pipe.hexists(keys.of_host(host).nodes, own)
                pipe.hexists(keys.of_host(host).fleet, f"n {fleet}")
            answers = pipe.execute()
        return [host for host, one, two in zip(nodes, answers[::2], answers[1::2], strict=True) if one or two]

    def graph(self, host: str) -> tuple[Position, HostGraph] | None:
        """The host's current graph, with its part in the fleet, and where it stands."""
        kept = self.kept(host)
        if kept is None:
            return None
        nodes = {**kept.own.nodes, **kept.fleet.nodes}
        edges = {**kept.own.edges, **kept.fleet.edges}
        graph = HostGraph(
            {key: codec.decode(raw) for key, raw in nodes.items()},
            {key: codec.decode(raw) for key, raw in edges.items()},
        )
        return Position(epoch=kept.head.epoch, seq=kept.head.seq), graph

    def between(self, host: str, epoch: str, after: int, upto: int) -> list[Entry]:
        """The entries `after` < seq <= `upto`; fewer if the log was trimmed or began anew."""
        with mapped():
            found = self._client.xrange(keys.log_of(host), f"({epoch}-{after}", f"{epoch}-{upto}")
        return [codec.decode_entry(host, entry_id, fields[b"d"]) for entry_id, fields in found]

    def status(self, host: str) -> HostStatus | None:
        """The last heartbeat."""
        with mapped():
            value = self._client.get(keys.of_host(host).status)
        status: HostStatus | None = codec.decode(value) if value else None
        return status

    def statuses(self, hosts: list[str]) -> dict[str, HostStatus]:
        """The last heartbeats of many hosts in one round trip; who has none is not in the answer."""
        if not hosts:
            return {}
        with mapped():
            values = self._client.mget([keys.of_host(host).status for host in hosts])
        return {host: codec.decode(value) for host, value in zip(hosts, values, strict=True) if value}

    def annex(self, host: str, namespace: str) -> Json:
        """The annex of a namespace's node id; None where there is none."""
        with mapped():
            return codec.to_json(self._client.hget(keys.of_host(host).annex, namespace))

    def forget(self, host: str) -> None:
        """Drop everything of a host that was removed."""
        with mapped():
            pipe = self._client.pipeline(transaction=True)
            pipe.delete(*keys.of_host(host))
            pipe.srem(keys.HOSTS, host)
            pipe.hdel(keys.PLACES, host)
            pipe.execute()

    def beat(self, name: str) -> dict[str, Json] | None:
        """The heartbeat of a process (`recorder`); None once it is too old."""
        with mapped():
            value = codec.to_json(self._client.get(keys.beat(name)))
        return value if isinstance(value, dict) else None

    def ping(self) -> None:
        """Ask whether the bus answers."""
        with mapped():
            self._client.ping()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def kept_of(answer: Sequence[Any]) -> Kept | None:
    """A graph from what `scripts.KEPT` answers: head, nodes, edges, fleet; or head, top, fleet."""
    head, *flat = answer
    if head is None:
        return None
    hashes = [dict(zip(each[::2], each[1::2], strict=True)) for each in flat]
    own = _part(hashes[0])
    if len(hashes) == 3:
        own = Part(
            {key.decode(): raw for key, raw in hashes[0].items()}, {key.decode(): raw for key, raw in hashes[1].items()}
        )
    return Kept(codec.decode_head(head), own, _part(hashes[-1]))


def _part(pairs: dict[bytes, bytes]) -> Part:
    return Part(
        {key[2:].decode(): raw for key, raw in pairs.items() if key.startswith(b"n ")},
        {key[2:].decode(): raw for key, raw in pairs.items() if key.startswith(b"e ")},
    )
