"""The host itself: what is on it, counted, and whether its sources speak."""

from netboard.core.ids import class_of
from netboard.core.model import Facts, Json
from netboard.core.resolve.fragment import warning
from netboard.core.wire import Node, Warning


class Tally:
    """What the nodes of a host add up to, kept current node by node."""

    def __init__(self) -> None:
        self._counts = {"containers": 0, "running": 0, "networks": 0, "namespaces": 0, "devices": 0, "faults": 0}

    def replace(self, before: Node | None, after: Node | None) -> None:
        """A node came, changed or went."""
        for node, by in ((before, -1), (after, 1)):
            if node is None:
                continue
            self._counts[f"{class_of(node['id'])}s"] += by
            if class_of(node["id"]) == "container" and node["facts"]["state"] == "running":
                self._counts["running"] += by
            self._counts["faults"] += by if node["warnings"] else 0

    def counts(self) -> dict[str, Json]:
        """As they stand: containers, running, networks, namespaces, devices, and faults (nodes with a warning)."""
        return dict(self._counts)


def node(facts: Facts, tally: Tally, version: str) -> Node:
    """The node of the host. `version` is the agent's."""
    warnings: list[Warning] = []
    sources: dict[str, Json] = {}
    for name, source in sorted(facts.sources.items()):
        params: dict[str, Json] = dict(source.params)
        sources[name] = {"state": source.state, "since": source.since, "code": source.code, "params": params}
        if source.state != "live":
            warnings.append(warning(source.code or f"{name}_silent", source=name, **_without(params, "source")))
    engine: dict[str, Json] = dict(facts.engine._asdict())
    title = facts.title or facts.host
    return {
        "id": facts.host,
        "kind": "host",
        "name": title,
        "host": facts.host,
        "namespace": None,
        "parent": None,
        "slot": 0,
        "state": "degraded" if warnings else "up",
        "warnings": warnings,
        "facts": {
            "title": title,
            "engine": engine,
            "boot": facts.boot,
            "counts": tally.counts(),
            "sources": sources,
            "agent": {"version": version},
        },
    }


def _without(params: dict[str, Json], *names: str) -> dict[str, Json]:
    return {key: value for key, value in params.items() if key not in names and key != "code"}
