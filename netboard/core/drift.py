"""Where netboard's record, the engine and the kernel of one host differ, and what would mend it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netboard.core.change.networks import current_spec
from netboard.core.change.specs import NetworkCreate
from netboard.core.model import Json
from netboard.core.operations import OPERATION_LABEL
from netboard.core.wire import Node

_COMPARED = ("driver", "subnet", "gateway", "ip_range", "subnet6", "internal", "isolated", "parent", "mode", "mtu")


@dataclass(frozen=True)
class Record:
    """What netboard made and has not removed: a network or container with its full id."""

    operation: str
    kind: str
    """network or container"""
    id: str
    name: str
    spec: NetworkCreate | None = None


@dataclass(frozen=True)
class Difference:
    """One difference; put into words by `code` and `params`. `repair` are commands, never run by themselves."""

    code: str
    node: str | None
    params: dict[str, Json] = field(default_factory=dict)
    repair: tuple[str, ...] = ()


def differences(nodes: Mapping[str, Node], records: Sequence[Record]) -> list[Difference]:
    """All differences of one host."""
    found = [_missing(record) for record in records if not _shown(nodes, record)]
    found += [one for record in records for one in _changed(nodes, record)]
    found += [one for node in nodes.values() for one in _of_node(node)]
    found += _forged(nodes, records)
    return found


def _shown(nodes: Mapping[str, Node], record: Record) -> bool:
    return any(node["kind"] == record.kind and node["facts"].get("id") == record.id for node in nodes.values())


def _missing(record: Record) -> Difference:
    return Difference(f"recorded_{record.kind}_missing", None, {"name": record.name, "operation": record.operation})


def _changed(nodes: Mapping[str, Node], record: Record) -> list[Difference]:
    node = next((n for n in nodes.values() if n["kind"] == "network" and n["facts"].get("id") == record.id), None)
    if node is None or record.spec is None:
        return []
    now = current_spec(node["name"], node["facts"])
    return [
        Difference(
            "network_differs",
            node["id"],
            {"name": node["name"], "field": name, "recorded": _json(recorded), "found": _json(actual)},
        )
        for name in _COMPARED
        if (recorded := getattr(record.spec, name)) and recorded != (actual := getattr(now, name))
    ]


def _of_node(node: Node) -> list[Difference]:
    found = []
    for warning in node["warnings"]:
        if warning["code"] == "bridge_orphaned":
            repair = (f"ip link delete {node['name']}",)
            found.append(Difference("bridge_orphaned", node["id"], {"bridge": node["name"]}, repair))
        elif warning["code"] in ("bridge_missing", "endpoint_without_interface", "address_differs", "mac_differs"):
            params: dict[str, Any] = {"name": node["name"], **warning["params"]}
            found.append(Difference(warning["code"], node["id"], params))
    return found


def _forged(nodes: Mapping[str, Node], records: Sequence[Record]) -> list[Difference]:
    """Objects that carry our label but are not in our record. They are foreign: nothing of netboard touches them."""
    ours = {record.id for record in records}
    found = []
    for node in nodes.values():
        labels = node["facts"].get("labels")
        if isinstance(labels, dict) and OPERATION_LABEL in labels and node["facts"].get("id") not in ours:
            found.append(Difference("label_without_record", node["id"], {"name": node["name"]}))
    return found


def _json(value: object) -> Json:
    return value if isinstance(value, str | int | bool) or value is None else str(value)
