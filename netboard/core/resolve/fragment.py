"""What one unit (host, namespace, device, container, network) contributes to the graph."""

from collections.abc import Mapping
from typing import NamedTuple

from netboard.core.model import FactKey, Json
from netboard.core.slots import Group
from netboard.core.wire import Edge, EdgeKind, Node, Warning

Unit = FactKey
"""A unit is known by the key of the fact it is about."""


class Fragment(NamedTuple):
    """A node, the group it has its slot in, and the edges that this unit speaks for."""

    node: Node | None
    group: Group
    edges: tuple[Edge, ...]
    namespace: str = ""
    """Of a container: the key of the namespace it lives in."""


NOTHING = Fragment(None, (), ())


def warning(code: str, **params: Json) -> Warning:
    """A warning: words are found at the edge."""
    return {"code": code, "params": params}


def edge(
    id: str,
    kind: EdgeKind,
    source: str,
    target: str | None,
    evidence: str,
    *,
    certain: bool = True,
    facts: Mapping[str, Json] | None = None,
    candidates: list[str] | None = None,
) -> Edge:
    """One relation. `candidates` only where it is undecided."""
    made: Edge = {
        "id": id,
        "kind": kind,
        "source": source,
        "target": target,
        "certain": certain,
        "evidence": evidence,
        "facts": dict(facts) if facts else {},
    }
    if candidates is not None:
        made["candidates"] = candidates
    return made


def inside(child: str, parent: str, evidence: str, *, certain: bool = True) -> Edge:
    """The edge that says what contains a node."""
    return edge(f"{child}.in", "contains", parent, child, evidence, certain=certain)
