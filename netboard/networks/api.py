"""REST: the topology, networks, containers and events."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from netboard.accounts.http import NodeId, Page, Paging, Rows, decode_cursor, encode_cursor, identity
from netboard.core.clock import utc
from netboard.core.errors import Invalid, Missing
from netboard.core.ids import FLEET, class_of
from netboard.core.impact import impact as losses
from netboard.core.wire import Node
from netboard.networks import graphs, reading
from netboard.networks.models import Event

router = Router()
encode = msgspec.json.Encoder().encode
HostName = Annotated[str, Field(max_length=63)]


class WarningOut(Schema):
    """A code with its parameters."""

    code: str
    params: dict[str, Any] = {}


class NodeOut(Schema):
    """One thing of the graph."""

    id: str
    kind: str
    name: str
    host: str | None
    namespace: str | None
    parent: str | None
    slot: int
    state: str
    warnings: list[WarningOut]
    facts: dict[str, Any]


class EdgeOut(Schema):
    """One relation, with its evidence."""

    id: str
    kind: str
    source: str
    target: str | None
    certain: bool
    evidence: str
    facts: dict[str, Any]
    candidates: list[str] | None = None


class GraphOut(Schema):
    """The graph, and where its reader stands in each host's log."""

    cursor: dict[str, dict[str, str | int]]
    generated_at: str
    nodes: list[NodeOut]
    edges: list[EdgeOut]


class DetailOut(NodeOut):
    """A network or container with what the engine says of it and the kernel's side of it."""

    edges: list[EdgeOut]
    namespaces: list[NodeOut]
    """Where it lives; their facts hold routes and rules."""
    devices: list[NodeOut]
    """Devices in its namespace, or those that implement it; their facts hold addresses."""
    joined: list[NodeOut]
    """What these are joined to: the host's ends of veths, bridges, parents."""


class LossOut(Schema):
    """What one container loses."""

    container: str
    loses: list[str]


class LossesOut(Schema):
    """Who loses what."""

    items: list[LossOut]


class CauseOut(Schema):
    """Who or what did it."""

    kind: str
    id: str
    person: int | None


class EventOut(Schema):
    """One thing that happened to one node."""

    id: int
    at: datetime
    host: str
    node: str
    kind: str
    name: str
    change: str
    what: list[dict[str, Any]]
    cause: CauseOut


class AnnexOut(Schema):
    """What belongs to a namespace but changes too often for the graph: neighbours, forwarding entries."""

    node: str
    annex: Any


class Filter(Schema):
    """Which objects of a list."""

    host: str = Field("", max_length=63)
    state: str = Field("", max_length=20)
    q: str = Field("", max_length=200)
    """Part of a name, an id or an address."""


@router.get("/topology", response=GraphOut)
def topology(request: HttpRequest, host: HostName = "") -> HttpResponse:
    """The whole graph, or one host's. Above the limit only one host's is given."""
    cursor, nodes, edges = reading.topology(identity(request).visible, host)
    head = encode({"cursor": cursor, "generated_at": utc()})[:-1]
    body = head + b',"nodes":[' + b",".join(nodes) + b'],"edges":[' + b",".join(edges) + b"]}"
    return HttpResponse(body, content_type="application/json")


@router.get("/topology/impact", response=LossesOut)
def impact(request: HttpRequest, node: NodeId) -> dict[str, Any]:
    """Who loses what if this node fails: networks, the way outside, other containers."""
    graph = reading.graph_around(identity(request).visible, node)
    return {"items": losses(graph.nodes, graph.edges, node)}


def _matches(node: Node, wanted: Filter) -> bool:
    if wanted.state and node["state"] != wanted.state:
        return False
    if not wanted.q:
        return True
    facts = node["facts"]
    texts: Iterable[Any] = (node["name"], node["id"], facts.get("id"), facts.get("addresses"), facts.get("subnets"))
    return any(wanted.q.lower() in str(text).lower() for text in texts if text)


def _listed(request: HttpRequest, kind: str, wanted: Filter, paging: Paging) -> Rows:
    """One page, host by host, so that only its hosts are read. What spans hosts stands at the first of them."""
    visible = identity(request).visible
    after_host, _, after_id = decode_cursor(paging.cursor).partition("\n") if paging.cursor else ("", "", "")
    rows: list[tuple[str, Node]] = []
    told: set[str] = set()
    for host in sorted(reading.hosts(visible, wanted.host)):
        if host < after_host:
            told |= _spanning(host, kind) if kind == "network" else set()
            continue
        known = graphs.known(host)
        for node_id, node in sorted(known.graph.nodes.items()) if known else ():
            if class_of(node_id) != kind or node_id in told:
                continue
            if node["host"] is None:
                told.add(node_id)
            if (host, node_id) > (after_host, after_id) and _matches(node, wanted):
                rows.append((host, node))
        if len(rows) > paging.limit:
            break
    shown = rows[: paging.limit]
    more = len(rows) > paging.limit
    last = encode_cursor(f"{shown[-1][0]}\n{shown[-1][1]['id']}") if more else None
    return {"items": [node for _, node in shown], "next": last}


def _spanning(host: str, kind: str) -> set[str]:
    known = graphs.known(host)
    nodes = known.graph.nodes if known else {}
    return {node_id for node_id in nodes if node_id.startswith(FLEET + ".") and class_of(node_id) == kind}


def _detail(request: HttpRequest, kind: str, reference: str, host: str) -> dict[str, Any]:
    visible = identity(request).visible
    node = reading.find(visible, kind, reference, host)
    graph = reading.graph_around(visible, node["id"])
    return {**node, "edges": reading.edges_of(graph, node["id"]), **reading.kernel_side(graph, node)}


@router.get("/networks", response=Page[NodeOut])
def networks(request: HttpRequest, wanted: Query[Filter], paging: Query[Paging]) -> Rows:
    """All networks that you may see."""
    return _listed(request, "network", wanted, paging)


@router.get("/networks/{network}", response=DetailOut)
def network(request: HttpRequest, network: NodeId, host: HostName = "") -> dict[str, Any]:
    """One network: by full engine id, netboard's id, or a name unique on the host."""
    return _detail(request, "network", network, host)


@router.get("/containers", response=Page[NodeOut])
def containers(request: HttpRequest, wanted: Query[Filter], paging: Query[Paging]) -> Rows:
    """All containers that you may see."""
    return _listed(request, "container", wanted, paging)


@router.get("/containers/{container}", response=DetailOut)
def container(request: HttpRequest, container: NodeId, host: HostName = "") -> dict[str, Any]:
    """One container: by full engine id, netboard's id, or a name unique on the host."""
    return _detail(request, "container", container, host)


@router.get("/nodes/{node}/annex", response=AnnexOut)
def annex(request: HttpRequest, node: NodeId) -> dict[str, Any]:
    """Neighbours and forwarding entries of a namespace, or of the one that a container or device lives in."""
    graph = reading.graph_around(identity(request).visible, node)
    found = graph.nodes[node]
    space = node if class_of(node) == "namespace" else found["namespace"]
    if space is None or found["host"] is None:
        raise Missing("This node has no namespace of its own.", code="no_namespace")
    return {"node": space, "annex": graphs.reader().annex(found["host"], space)}


class EventFilter(Schema):
    """Which events."""

    since: datetime | None = None
    host: str = Field("", max_length=63)
    node: str = Field("", max_length=300)


@router.get("/events", response=Page[EventOut])
def events(request: HttpRequest, wanted: Query[EventFilter], paging: Query[Paging]) -> Rows:
    """What changed, the newest first; `since` as a time with its zone, `next` leads to older ones."""
    visible = identity(request).visible
    rows = Event.objects.order_by("-pk")
    if visible.hosts is not None:
        rows = rows.filter(host__in=visible.hosts)
    if wanted.host:
        rows = rows.filter(host=wanted.host)
    if wanted.node:
        rows = rows.filter(node=wanted.node)
    if wanted.since is not None:
        since = wanted.since if wanted.since.tzinfo else wanted.since.replace(tzinfo=UTC)
        rows = rows.filter(at__gte=since)
    if paging.cursor:
        key = decode_cursor(paging.cursor)
        if not key.isdecimal() or len(key) > 18:
            raise Invalid("This cursor is not one that netboard gave; start without it.", field="cursor")
        rows = rows.filter(pk__lt=int(key))
    found = list(rows[: paging.limit + 1])
    shown = found[: paging.limit]
    last = encode_cursor(str(shown[-1].pk)) if len(found) > paging.limit else None
    return {"items": [_event(row) for row in shown], "next": last}


def _event(row: Event) -> dict[str, Any]:
    cause = {"kind": row.cause_kind, "id": row.cause_id, "person": row.person}
    fields = ("id", "at", "host", "node", "kind", "name", "change", "what")
    return {name: getattr(row, name) for name in fields} | {"cause": cause}
