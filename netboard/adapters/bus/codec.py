"""Graph objects, heads and log entries as they stand on the bus."""

from collections.abc import Mapping
from typing import Final

import msgspec

from netboard.core.feed import NOTHING, Entry, Head, Part
from netboard.core.ids import FLEET, host_of
from netboard.core.model import Json
from netboard.core.ports import Change
from netboard.core.wire import Edge, Node

encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder().decode


class _Part(msgspec.Struct, omit_defaults=True):
    n: dict[str, msgspec.Raw] = {}
    e: dict[str, msgspec.Raw] = {}
    rn: list[str] = []
    re: list[str] = []


class _Entry(msgspec.Struct, omit_defaults=True):
    at: str
    own: _Part | None = None
    fleet: _Part | None = None
    status: str = ""


class _Head(msgspec.Struct):
    epoch: str
    seq: int
    nodes: int


_decode_entry: Final = msgspec.json.Decoder(_Entry).decode
_decode_head: Final = msgspec.json.Decoder(_Head).decode


def belongs_to_fleet(edge: Edge) -> bool:
    """Whether an edge stands at a node that spans hosts."""
    return host_of(edge["source"]) == FLEET or (edge["target"] is not None and host_of(edge["target"]) == FLEET)


def split(nodes: Mapping[str, Node], edges: Mapping[str, Edge]) -> tuple[Part, Part]:
    """Encoded: what is the host's own, and its part in the fleet."""
    own_nodes: dict[str, bytes] = {}
    own_edges: dict[str, bytes] = {}
    fleet_nodes: dict[str, bytes] = {}
    fleet_edges: dict[str, bytes] = {}
    for node_id, node in nodes.items():
        (fleet_nodes if host_of(node_id) == FLEET else own_nodes)[node_id] = encode(node)
    for edge_id, edge in edges.items():
        (fleet_edges if belongs_to_fleet(edge) else own_edges)[edge_id] = encode(edge)
    return Part(own_nodes, own_edges), Part(fleet_nodes, fleet_edges)


def split_change(change: Change, fleet_edges: frozenset[str] | set[str]) -> tuple[Part, Part]:
    """Encoded: a change of the host's own, and of its part in the fleet.

    `fleet_edges` are the ids of those that were the fleet's before. An edge that passes from one part to the other is
    removed from the one and put into the other.
    """
    own, fleet = split(change.nodes, change.edges)
    gone = [edge_id for edge_id in change.removed_edges if edge_id not in fleet_edges]
    gone += [edge_id for edge_id in fleet.edges if edge_id not in fleet_edges]
    gone_fleet = [edge_id for edge_id in change.removed_edges if edge_id in fleet_edges]
    gone_fleet += [edge_id for edge_id in own.edges if edge_id in fleet_edges]
    return (
        own._replace(
            removed_nodes=[node_id for node_id in change.removed_nodes if host_of(node_id) != FLEET],
            removed_edges=gone,
        ),
        fleet._replace(
            removed_nodes=[node_id for node_id in change.removed_nodes if host_of(node_id) == FLEET],
            removed_edges=gone_fleet,
        ),
    )


def _raw(part: Part) -> _Part | None:
    if not part:
        return None
    return _Part(
        {key: msgspec.Raw(value) for key, value in part.nodes.items()},
        {key: msgspec.Raw(value) for key, value in part.edges.items()},
        list(part.removed_nodes),
        list(part.removed_edges),
    )


def _part(raw: _Part | None) -> Part:
    if raw is None:
        return NOTHING
    # A Raw keeps the whole message that it was part of alive: what is kept for long must be a copy.
    return Part(
        {key: bytes(value) for key, value in raw.n.items()},
        {key: bytes(value) for key, value in raw.e.items()},
        raw.rn,
        raw.re,
    )


def encode_entry(at: str, own: Part, fleet: Part, status: bytes = b"") -> bytes:
    """One entry of a log."""
    return encode(_Entry(at, _raw(own), _raw(fleet), status.decode()))


def decode_entry(host: str, entry_id: bytes, value: bytes) -> Entry:
    """What `encode_entry` made; its stream id is `<epoch>-<seq>`."""
    epoch, _, seq = entry_id.decode().partition("-")
    entry = _decode_entry(value)
    return Entry(host, epoch, int(seq), entry.at, _part(entry.own), _part(entry.fleet), entry.status.encode())


def decode_head(value: bytes) -> Head:
    """The end of a log."""
    head = _decode_head(value)
    return Head(head.epoch, head.seq, head.nodes)


def to_json(value: object) -> Json:
    """Any JSON, decoded."""
    decoded: Json = decode(value) if isinstance(value, bytes) else None
    return decoded
