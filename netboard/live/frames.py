"""Frames for browsers, joined from encoded objects. Nothing is decoded here."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from netboard.core.feed import Entry, at_top
from netboard.core.model import Json
from netboard.core.wire import Cursor, Detail

encode: Final = msgspec.json.Encoder().encode
PING: Final = '{"type":"ping"}'


class Merged(msgspec.Struct):
    """Several entries of one log as one change: encoded objects by id, and ids that are gone."""

    nodes: dict[str, bytes] = {}
    edges: dict[str, bytes] = {}
    removed_nodes: set[str] = set()
    removed_edges: set[str] = set()
    at: str = ""

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.removed_nodes or self.removed_edges)


def merge(entries: Iterable[Entry], whole: bool) -> Merged:
    """What is the host's own in these entries, the later ones last; only its top unless `whole`.

    What came and went within the range counts as gone: the reader may or may not have known it.
    """
    merged = Merged()
    for entry in entries:
        merged.at = entry.at
        own = entry.own
        for removed, known, gone in (
            (own.removed_nodes, merged.nodes, merged.removed_nodes),
            (own.removed_edges, merged.edges, merged.removed_edges),
        ):
            for object_id in removed:
                if whole or at_top(object_id):
                    known.pop(object_id, None)
                    gone.add(object_id)
        for objects, known, gone in (
            (own.nodes, merged.nodes, merged.removed_nodes),
            (own.edges, merged.edges, merged.removed_edges),
        ):
            for object_id, raw in objects.items():
                if whole or at_top(object_id):
                    known[object_id] = raw
                    gone.discard(object_id)
    return merged


def delta(host: str, epoch: str, base: int, seq: int, merged: Merged) -> str:
    """A `delta` frame."""
    return b"".join(
        (
            b'{"type":"delta","host":',
            encode(host),
            b',"epoch":',
            encode(epoch),
            b',"base":%d,"seq":%d,"upsert":{"nodes":[' % (base, seq),
            b",".join(merged.nodes.values()),
            b'],"edges":[',
            b",".join(merged.edges.values()),
            b']},"remove":{"nodes":',
            encode(sorted(merged.removed_nodes)),
            b',"edges":',
            encode(sorted(merged.removed_edges)),
            b'},"at":',
            encode(merged.at),
            b"}",
        )
    ).decode()


def snapshot(detail: Detail, cursor: Cursor, generated_at: str, nodes: Iterable[bytes], edges: Iterable[bytes]) -> str:
    """A `snapshot` frame."""
    return b"".join(
        (
            b'{"type":"snapshot","detail":',
            encode(detail),
            b',"cursor":',
            encode(cursor),
            b',"generated_at":',
            encode(generated_at),
            b',"nodes":[',
            b",".join(nodes),
            b'],"edges":[',
            b",".join(edges),
            b"]}",
        )
    ).decode()


def stale(host: str, source: str, since: str, code: str = "", params: Mapping[str, Json] | None = None) -> str:
    """A `stale` frame."""
    frame: dict[str, object] = {"type": "stale", "host": host, "source": source, "since": since}
    if code:
        frame |= {"code": code, "params": dict(params or {})}
    return encode(frame).decode()


def live(host: str, source: str) -> str:
    """A `live` frame."""
    return encode({"type": "live", "host": host, "source": source}).decode()


def notice(code: str, params: Mapping[str, Json] | None = None) -> str:
    """A `notice` frame."""
    return encode({"type": "notice", "code": code, "params": dict(params or {})}).decode()
