"""A small host to plan on.

LAN 192.168.7.0/24 ── eth0 ── h1 ── docker0 (bridge 172.17.0.0/16)
                               ├── web  10.5.0.0/24: shop .2 (publishes 80 → 8080), db .3
                               └── plant macvlan on par0 192.168.58.0/24
"""

import pytest

from netboard.core.change.world import Ground, World
from netboard.core.model import Json
from netboard.core.wire import Edge, EdgeKind, Node

NS = "h1.n.abc123.1"


def node(id_: str, kind: str, name: str, namespace: str | None = None, **facts: Json) -> Node:
    """A node with what the plans look at."""
    state = facts.pop("_state", "up")
    assert state in ("up", "down")
    return {
        "id": id_,
        "kind": kind,
        "name": name,
        "host": "h1",
        "namespace": namespace,
        "parent": "h1",
        "slot": 0,
        "state": "up" if state == "up" else "down",
        "warnings": [],
        "facts": facts,
    }


def network(name: str, driver: str, subnet: str, gateway: str, **facts: Json) -> Node:
    """A network whose engine id is its name, padded."""
    return node(
        f"h1.w.{name}",
        "network",
        name,
        None,
        id=name.ljust(64, "0"),
        driver=driver,
        subnets=[{"subnet": subnet, "gateway": gateway, "ip_range": "", "used": 1, "size": 254}] if subnet else [],
        **facts,
    )


def edge(kind: EdgeKind, source: str, target: str, **facts: Json) -> Edge:
    """A certain relation."""
    return {
        "id": f"{source}.{kind}.{target}",
        "kind": kind,
        "source": source,
        "target": target,
        "certain": True,
        "evidence": "",
        "facts": facts,
    }


def device(name: str, kind: str, ifindex: int, addresses: list[str], **facts: Json) -> Node:
    """A device of the host's own namespace."""
    return node(
        f"h1.d.abc123.1.{ifindex}", kind, name, NS, ifindex=ifindex, mtu=1500, addresses=list(addresses), **facts
    )


@pytest.fixture
def nodes() -> dict[str, Node]:
    """The host's nodes by id."""
    routes: list[Json] = [
        {"destination": "default", "oif": 2, "gateway": "192.168.7.1", "kind": "unicast"},
        {"destination": "192.168.7.0/24", "oif": 2, "kind": "unicast"},
        {"destination": "10.5.0.0/24", "oif": 4, "kind": "unicast"},
        {"destination": "192.168.58.0/24", "oif": 5, "kind": "unicast"},
    ]
    all_ = [
        node("h1", "host", "h1", engine={"swarm": "inactive"}),
        node(NS, "namespace", "host", is_host=True, routes=routes),
        device("lo", "loopback", 1, ["127.0.0.1/8"]),
        device("eth0", "nic", 2, ["192.168.7.20/24"]),
        device("docker0", "bridge", 3, ["172.17.0.1/16"]),
        device("br-web", "bridge", 4, ["10.5.0.1/24"]),
        device("par0", "veth", 5, ["192.168.58.1/24"]),
        network("bridge", "bridge", "172.17.0.0/16", "172.17.0.1", builtin=True),
        network("host", "host", "", "", builtin=True),
        network("none", "null", "", "", builtin=True),
        network("web", "bridge", "10.5.0.0/24", "10.5.0.1"),
        network("plant", "macvlan", "192.168.58.128/25", "192.168.58.129", parent="par0", options={"parent": "par0"}),
        node(
            "h1.c.shop",
            "container",
            "shop",
            id="5" * 64,
            state="running",
            network_mode="web",
            ports=[{"host_port": 80}],
        ),
        node("h1.c.db", "container", "db", id="6" * 64, state="running", network_mode="web"),
    ]
    return {one["id"]: one for one in all_}


@pytest.fixture
def world(nodes: dict[str, Node]) -> World:
    """The host as planning sees it."""
    edges = [
        edge("implements", "h1.d.abc123.1.4", "h1.w.web"),
        edge("implements", "h1.d.abc123.1.3", "h1.w.bridge"),
        edge("endpoint", "h1.c.shop", "h1.w.web", address="10.5.0.2/24", mac="02:42:0a:05:00:02", aliases=["shop"]),
        edge("endpoint", "h1.c.db", "h1.w.web", address="10.5.0.3/24", static=True, aliases=[]),
        edge("publishes", "h1", "h1.c.shop", host_ip="0.0.0.0", host_port=80, container_port=8080, protocol="tcp"),
    ]
    return World(
        Ground("h1", nodes, {one["id"]: one for one in edges}),
        elsewhere={"h2": ["10.100.0.0/24"]},
        services=["192.168.7.20"],
        own=frozenset({"5" * 64}),
    )
