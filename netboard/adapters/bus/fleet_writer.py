"""The logs of many hosts over one connection, for a simulated fleet: places, beginnings and heartbeats in batches."""

from collections.abc import Iterable, Mapping, Sequence

from netboard.adapters.bus import codec, keys, scripts
from netboard.adapters.bus.edge import connect, mapped
from netboard.adapters.bus.writer import begin_many
from netboard.core.ports import HostGraph, HostStatus


class RedisFleetWriter:
    """What many observers would write. Every method raises `BusUnavailable` while the bus is away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = connect(url)

    def places(self, hosts: Sequence[str]) -> dict[str, int]:
        """The place of each host on the board, given now where it has none."""
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            for host in hosts:
                pipe.eval(scripts.PLACE, 1, keys.PLACES, host)
            return {host: int(place) for host, place in zip(hosts, pipe.execute(), strict=True)}

    def begin(self, hosts: Mapping[str, tuple[HostGraph, HostStatus]]) -> None:
        """Replace the graphs of these hosts and start a new epoch of each."""
        begin_many(self._url, hosts)

    def report(self, statuses: Iterable[HostStatus]) -> set[str]:
        """Renew heartbeats. Tells which of these hosts have no log (any more): they must be begun."""
        told = list(statuses)
        if not told:
            return set()
        with mapped():
            pipe = self._client.pipeline(transaction=False)
            pipe.mset({keys.of_host(status["host"]).status: codec.encode(status) for status in told})
            pipe.sadd(keys.HOSTS, *(status["host"] for status in told))
            pipe.mget([keys.of_host(status["host"]).head for status in told])
            heads = pipe.execute()[2]
        return {status["host"] for status, head in zip(told, heads, strict=True) if head is None}

    def close(self) -> None:
        """Close the connection; the logs stay."""
        self._client.close()
