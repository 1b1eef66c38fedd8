"""Networks and containers as lists and pages: the facts of the board for people without its canvas or script."""

import ipaddress
from collections.abc import Callable
from typing import TypedDict

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from netboard.accounts.access import Visible, visible_to
from netboard.boards import details, reading, words
from netboard.core.errors import BusUnavailable, Missing
from netboard.core.ids import FLEET
from netboard.core.wire import Node

ROWS = 200
"""Rows of one page."""
HOSTS = 60
"""Hosts that one page reads at most: a fleet of thousands is read page by page."""


class Row(TypedDict):
    """One line of a list."""

    id: str
    name: str
    host: str
    state: str
    state_word: str
    addresses: list[str]
    kind: str
    """Driver of a network, image of a container."""
    count: int
    """Containers of a network, exposed ports of a container."""
    text: str
    """What the filter looks in."""


class Listing(TypedDict):
    """One page of a list; `next` names the host to go on after, empty at the end."""

    rows: list[Row]
    next: str


def _network(node: Node) -> Row:
    facts = node["facts"]
    subnets = facts.get("subnets")
    counts = facts.get("counts")
    cidrs = (
        [str(each.get("subnet", "")) for each in subnets if isinstance(each, dict)] if isinstance(subnets, list) else []
    )
    count = counts.get("containers", 0) if isinstance(counts, dict) else 0
    return _row(node, cidrs, str(facts.get("driver", "")), count if isinstance(count, int) else 0)


def _container(node: Node) -> Row:
    addresses = node["facts"].get("addresses")
    ports = node["facts"].get("ports")
    image = str(node["facts"].get("image", ""))
    return _row(
        node,
        [str(a) for a in addresses] if isinstance(addresses, list) else [],
        image,
        len(ports) if isinstance(ports, list) else 0,
    )


def _row(node: Node, addresses: list[str], kind: str, count: int) -> Row:
    told = [node["name"], node["host"] or "", kind, node["state"], *addresses, str(node["facts"].get("id", ""))]
    return {
        "id": node["id"],
        "name": node["name"],
        "host": node["host"] or FLEET,
        "state": "degraded" if node["warnings"] and node["state"] == "up" else node["state"],
        "state_word": words.state(node["state"]),
        "addresses": addresses,
        "kind": kind,
        "count": count,
        "text": " ".join(told).lower(),
    }


def _within(row: Row, word: str) -> bool:
    try:
        wanted = ipaddress.ip_network(word, strict=False)
    except ValueError:
        return word in row["text"]
    for address in row["addresses"]:
        try:
            held = ipaddress.ip_network(address, strict=False)
        except ValueError:
            continue
        if held.version == wanted.version and (held.overlaps(wanted)):
            return True
    return word in row["text"]


def listing(visible: Visible, kind: str, query: str, host: str = "", after: str = "") -> Listing:
    """Rows whose words all match, of at most `HOSTS` hosts that may be seen."""
    make: Callable[[Node], Row] = _network if kind == "network" else _container
    wanted = query.lower().split()
    rows: dict[str, Row] = {}
    last = ""
    for place, (each, nodes) in enumerate(reading.nodes(visible, kind, host, after)):
        if place == HOSTS or len(rows) >= ROWS:
            return {"rows": list(rows.values()), "next": last}
        found = sorted(map(make, nodes), key=lambda row: row["name"])
        rows |= {row["id"]: row for row in found if all(_within(row, word) for word in wanted)}
        last = each
    return {"rows": list(rows.values()), "next": ""}


def _list(request: HttpRequest, kind: str) -> HttpResponse:
    visible = visible_to(request.user)
    query, host, after = (request.GET.get(name, "")[:200] for name in ("q", "host", "after"))
    context: dict[str, object] = {"kind": kind, "query": query, "host": host}
    status = 200
    try:
        context["listing"] = listing(visible, kind, query, host, after)
        context["hosts"] = reading.hosts(visible)[:500]
    except BusUnavailable as error:
        context["problem"], status = words.sentence(error.code, error.params), 503
    partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return render(request, "networks/_rows.html" if partial else "networks/list.html", context, status=status)


@require_safe
@login_required
def networks(request: HttpRequest) -> HttpResponse:
    """All networks that may be seen; `?q=` filters, `?host=` is one host's."""
    return _list(request, "network")


@require_safe
@login_required
def containers(request: HttpRequest) -> HttpResponse:
    """All containers that may be seen; `?q=` filters, `?host=` is one host's."""
    return _list(request, "container")


@require_safe
@login_required
def detail(request: HttpRequest, node: str, kind: str) -> HttpResponse:
    """Everything about one network or container."""
    try:
        found = reading.find(visible_to(request.user), node)
    except Missing as error:
        raise Http404(str(error)) from error
    except BusUnavailable as error:
        return render(request, "boards/problem.html", {"text": words.sentence(error.code, error.params)}, status=503)
    if found.node["kind"] != kind:
        raise Http404
    return render(request, "networks/detail.html", {"kind": kind, "page": details.describe(found)})
