"""A network namespace: who holds it, and its routes and rules.

[host] ─contains─► [namespace] ─contains─► [devices], [containers]
"""

from netboard.core.ids import namespace_id
from netboard.core.model import Json, Namespace, Route, Rule
from netboard.core.resolve.fragment import NOTHING, Fragment, Unit, inside
from netboard.core.resolve.index import Index
from netboard.core.wire import Node


def resolve(index: Index, host: str, unit: Unit) -> Fragment:
    """The fragment of one namespace."""
    namespace = index.namespace(str(unit[1]))
    if namespace is None:
        return NOTHING
    tenants = index.words("tenants", namespace.key)
    id = namespace_id(host, namespace.key)
    sysctls: dict[str, Json] = dict(namespace.sysctls)
    node: Node = {
        "id": id,
        "kind": "namespace",
        "name": _name(index, namespace, tenants),
        "host": host,
        "namespace": None,
        "parent": host,
        "slot": 0,
        "state": "up",
        "warnings": [],
        "facts": {
            "inode": namespace.inode,
            "names": list(namespace.names),
            "pids": list(namespace.pids),
            "commands": list(namespace.commands),
            "is_host": namespace.is_host,
            "docker": bool(tenants),
            "routes": [_route(route) for route in namespace.routes],
            "rules": [_rule(rule) for rule in namespace.rules],
            "sysctls": sysctls,
        },
    }
    # The host's own stands among those without container, whoever lives in it.
    group = ("namespace", tenants[0]) if tenants and not namespace.is_host else ("namespace",)
    return Fragment(node, group, (inside(id, host, _evidence(namespace)),))


def _name(index: Index, namespace: Namespace, tenants: list[str]) -> str:
    if namespace.is_host:
        return "host"
    for tenant in tenants:
        container = index.container(tenant)
        if container is not None and not container.network_mode.startswith("container:"):
            return container.name.removeprefix("/")
    if namespace.names:
        return namespace.names[0].rpartition("/")[2]
    if namespace.commands and namespace.pids:
        return f"{namespace.commands[0]} ({namespace.pids[0]})"
    return f"net:[{namespace.inode}]"


def _evidence(namespace: Namespace) -> str:
    if namespace.is_host:
        return "the observer's own"
    if namespace.names:
        return f"mounted at {namespace.names[0]}"
    return f"held by process {namespace.pids[0]}" if namespace.pids else "kernel"


def _route(route: Route) -> dict[str, Json]:
    told: dict[str, Json] = {"table": route.table, "destination": route.destination, "kind": route.kind}
    if route.family == 6:
        told["family"] = 6
    for name in ("gateway", "oif", "source", "metric", "protocol"):
        value = getattr(route, name)
        told.update({name: value} if value else {})
    if route.scope != "global":
        told["scope"] = route.scope
    if route.hops:
        told["hops"] = [{"gateway": gateway, "oif": oif, "weight": weight} for gateway, oif, weight in route.hops]
    return told


def _rule(rule: Rule) -> dict[str, Json]:
    told: dict[str, Json] = {"priority": rule.priority, "action": rule.action, "table": rule.table}
    if rule.family == 6:
        told["family"] = 6
    for name in ("source", "destination", "mark", "iif", "oif"):
        value = getattr(rule, name)
        told.update({name: value} if value else {})
    return told
