"""The names of all keys on the bus.

hosts               set of host ids
places              hash: host id → its place among the hosts
kept                set once the recorder has given back what it keeps
beat:<name>         a process's heartbeat (JSON, expires)
host:<id>:head      JSON {epoch, seq, nodes}
host:<id>:nodes     hash: id → node as JSON             host:<id>:edges    the same of edges
host:<id>:top       hash: `n <id>` or `e <id>` → what is shown from afar, once more
host:<id>:fleet     hash: `n <id>` or `e <id>` → the host's part in what spans hosts
host:<id>:log       stream: entries <epoch>-<seq>
host:<id>:status    JSON, the observer's last heartbeat
host:<id>:annex     hash: namespace node id → JSON
host:<id>:slots     hash: node id → slot, given back by the recorder
"""

from typing import Final, NamedTuple

PREFIX: Final = "netboard:"
HOSTS: Final = PREFIX + "hosts"
PLACES: Final = PREFIX + "places"
KEPT: Final = PREFIX + "kept"


class HostKeys(NamedTuple):
    """The keys of one host."""

    head: str
    nodes: str
    edges: str
    top: str
    fleet: str
    log: str
    status: str
    annex: str
    slots: str

    @property
    def whole(self) -> tuple[str, ...]:
        """What makes up the whole graph, as `scripts.KEPT` wants it."""
        return self.head, self.nodes, self.edges, self.fleet

    @property
    def afar(self) -> tuple[str, ...]:
        """The same of what is shown from afar."""
        return self.head, self.top, self.fleet


def of_host(host: str) -> HostKeys:
    """The keys of this host."""
    return HostKeys(*(f"{PREFIX}host:{host}:{name}" for name in HostKeys._fields))


def log_of(host: str) -> str:
    """The key of a host's log."""
    return f"{PREFIX}host:{host}:log"


def beat(name: str) -> str:
    """The key of a process's heartbeat."""
    return f"{PREFIX}beat:{name}"
