"""The graph as files that other programs read."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import networkx as nx
from django.utils.translation import gettext_lazy as _

from netboard.accounts.access import Visible
from netboard.boards import reading
from netboard.core.clock import utc
from netboard.core.errors import Refused
from netboard.core.wire import Cursor, Edge, Graph, Node

LIMIT = 20_000
"""Nodes of one file; more is told to be asked for host by host."""

_GLYPHS = {"up": "●", "down": "✕", "degraded": "▲", "paused": "‖", "stopped": "■", "unknown": "?"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


class Format(NamedTuple):
    """One kind of file."""

    title: object
    ending: str
    content_type: str
    write: Callable[[Graph], str]


def gather(visible: Visible, host: str = "") -> Graph:
    """All visible hosts' graphs in one, or one host's. Raises `Refused` above `LIMIT` nodes."""
    nodes: dict[str, Node] = {}
    edges: dict[str, Edge] = {}
    cursor: Cursor = {}
    for each, (epoch, seq, part) in reading.graphs(visible, only=host):
        cursor[each] = {"epoch": epoch, "seq": seq}
        nodes.update(part.nodes)
        edges.update(part.edges)
        if len(nodes) > LIMIT:
            raise Refused("This is more than one file may hold; export host by host.", code="export_too_large")
    return {"cursor": cursor, "generated_at": utc(), "nodes": list(nodes.values()), "edges": list(edges.values())}


def _clean(text: object) -> str:
    """Text that every format can hold: control characters would make XML invalid."""
    return _CONTROL.sub("·", str(text))


def _as_json(graph: Graph) -> str:
    return json.dumps(graph, ensure_ascii=False, indent=1)


def _as_graphml(graph: Graph) -> str:
    whole: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in graph["nodes"]:
        whole.add_node(
            node["id"],
            kind=_clean(node["kind"]),
            name=_clean(node["name"]),
            host=node["host"] or "",
            state=node["state"],
            parent=node["parent"] or "",
            facts=_clean(json.dumps(node["facts"], ensure_ascii=False)),
        )
    for edge in graph["edges"]:
        for target in [edge["target"]] if edge["target"] else edge.get("candidates", []):
            if edge["source"] in whole and target in whole:
                whole.add_edge(
                    edge["source"],
                    target,
                    key=f"{edge['id']}:{target}",
                    kind=edge["kind"],
                    certain=edge["certain"],
                    evidence=_clean(edge["evidence"]),
                )
    content = io.BytesIO()
    nx.write_graphml(whole, content)
    return content.getvalue().decode()


def _drawn(graph: Graph) -> Iterator[tuple[Edge, str]]:
    """The edges that a drawing shows, with each possible end; containment is told by the nodes themselves."""
    known = {node["id"] for node in graph["nodes"]}
    for edge in graph["edges"]:
        if edge["kind"] == "contains" or edge["source"] not in known:
            continue
        for target in [edge["target"]] if edge["target"] else edge.get("candidates", []):
            if target in known:
                yield edge, target


def _quoted(text: str) -> str:
    return '"' + _clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _as_dot(graph: Graph) -> str:
    lines = ["digraph netboard {", '  rankdir="LR"; node [shape=box, fontname="sans-serif"];']
    for node in graph["nodes"]:
        name = _quoted(f"{_GLYPHS[node['state']]} {node['name']}")
        told = f"{name[:-1]}\\n{_quoted(node['kind'])[1:]}"
        lines.append(f"  {_quoted(node['id'])} [label={told}, tooltip={_quoted(node['state'])}];")
    for edge, target in _drawn(graph):
        style = f"label={_quoted(edge['kind'])}, style={'solid' if edge['certain'] else 'dashed'}"
        lines.append(f"  {_quoted(edge['source'])} -> {_quoted(target)} [{style}];")
    return "\n".join([*lines, "}", ""])


def _as_mermaid(graph: Graph) -> str:
    """Ids become n1, n2 …: Mermaid reads dots and words such as `end` in ids as syntax."""
    short = {node["id"]: f"n{place}" for place, node in enumerate(graph["nodes"], 1)}
    lines = ["flowchart LR"]
    for node in graph["nodes"]:
        name = "".join(c if c.isalnum() or c in " -_.:/·" else f"#{ord(c)};" for c in _clean(node["name"])[:120])
        lines.append(f'  {short[node["id"]]}["{_GLYPHS[node["state"]]} {name} · {_clean(node["kind"])}"]')
    for edge, target in _drawn(graph):
        arrow = "-->" if edge["certain"] else "-.->"
        lines.append(f"  {short[edge['source']]} {arrow}|{edge['kind']}| {short[target]}")
    return "\n".join([*lines, ""])


FORMATS: dict[str, Format] = {
    "json": Format(_("JSON, as the API tells it"), "json", "application/json", _as_json),
    "graphml": Format(_("GraphML"), "graphml", "application/graphml+xml", _as_graphml),
    "dot": Format(_("DOT, for Graphviz"), "dot", "text/vnd.graphviz", _as_dot),
    "mermaid": Format(_("Mermaid"), "mmd", "text/plain; charset=utf-8", _as_mermaid),
}
