"""What of a node is worth an event when it changes. Pure: a node in, a few values out."""

from collections.abc import Mapping
from typing import Any, TypedDict

from netboard.core.ids import class_of

FACTS: dict[str, tuple[str, ...]] = {
    "host": (),
    "network": ("driver", "subnets", "internal"),
    "container": ("image", "addresses", "ports", "network_mode"),
    "namespace": ("names",),
    "device": ("addresses", "master", "mac", "mtu"),
}
"""By class of node. What counts, ages or merely follows from something else is not among them."""

ENDPOINT = ".e."
"""In the id of an edge from a container to a network (see `core.ids`)."""


class Difference(TypedDict):
    """One value that changed."""

    field: str
    before: Any
    after: Any


def summary(node: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a node whose change is an event. `networks` of a container are added from its edges."""
    facts = node["facts"]
    kept = {"name": node["name"], "state": node["state"], "namespace": node["namespace"]}
    if node["warnings"]:
        kept["warnings"] = sorted(warning["code"] for warning in node["warnings"])
    for name in FACTS[class_of(node["id"])]:
        if facts.get(name) not in (None, [], ""):
            kept[name] = _plain(name, facts[name])
    return kept


def _plain(name: str, value: Any) -> Any:
    """Subnets without how full they are: that changes with every container."""
    if name == "subnets":
        return [subnet.get("subnet") if isinstance(subnet, dict) else subnet for subnet in value]
    return value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed from one summary to another, in the order of names."""
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def endpoint(edge_id: str) -> tuple[str, str] | None:
    """Container and the first characters of the network's id, if this is the id of an endpoint."""
    container, mark, network = edge_id.rpartition(ENDPOINT)
    return (container, network) if mark and class_of(edge_id) == "container" else None
