"""What spans hosts: one node or edge from what several hosts tell of it, encoded."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

import msgspec

from netboard.core.feed import at_top
from netboard.core.fleet import merge_overlay
from netboard.core.wire import Node

_decode: Final = msgspec.json.Decoder(Any).decode
_encode: Final = msgspec.json.Encoder().encode


class Share(NamedTuple):
    """One host's part in the fleet; only its top counts unless `whole`."""

    host: str
    whole: bool
    nodes: Mapping[str, bytes]
    edges: Mapping[str, bytes]


def _node(raw: bytes) -> Node:
    return cast(Node, _decode(raw))


def merged_node(told: Mapping[str, bytes]) -> bytes:
    """One node from what each host (by id) tells of it. Only where several do must it be decoded."""
    if len(told) == 1:
        return next(iter(told.values()))
    return _encode(merge_overlay({host: _node(raw) for host, raw in told.items()}))


def merged(shares: Iterable[Share]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """All nodes and edges that span hosts, by id."""
    told: dict[str, dict[str, bytes]] = {}
    edges: dict[str, bytes] = {}
    for share in shares:
        for node_id, raw in share.nodes.items():
            told.setdefault(node_id, {})[share.host] = raw
        edges.update(share.edges if share.whole else {each: raw for each, raw in share.edges.items() if at_top(each)})
    return {node_id: merged_node(each) for node_id, each in told.items()}, edges
