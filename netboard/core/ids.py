"""Ids of nodes and edges: stable over restarts of the observer, the same for everybody, safe in a URL.

    host        h1
    network     h1.w.<16 hex of the engine's id>      (an overlay: fleet.w.<16 characters>)
    container   h1.c.<16 hex of the engine's id>
    namespace   h1.n.<boot>.<cookie in hex>
    device      h1.d.<boot>.<cookie in hex>.<ifindex>

The second part tells the class of a node without decoding it. `boot` is the first 6 hex digits of the boot id: a cookie
(SO_NETNS_COOKIE) is unique within one boot only. A namespace's key, used among facts, is `<boot>.<cookie in hex>`.
"""

import re
from typing import Final, Literal

FLEET: Final = "fleet"
"""The pseudo-host of what spans hosts (overlay networks), in cursors and ids."""

NodeClass = Literal["host", "network", "container", "namespace", "device"]
_CLASSES: Final[dict[str, NodeClass]] = {"w": "network", "c": "container", "n": "namespace", "d": "device"}


HOST_ID: Final = r"^[A-Za-z0-9_-]{1,63}$"
"""What a host's id looks like: it is the first part of every node id, so it holds no dot."""


def is_host(text: str) -> bool:
    """Whether this could be the id of a host."""
    return re.fullmatch(r"[A-Za-z0-9_-]{1,63}", text) is not None


def namespace_key(boot_id: str, cookie: int) -> str:
    """The key of a network namespace among the facts of one host."""
    return f"{boot_id.replace('-', '')[:6]}.{cookie:x}"


def network_id(host: str, engine_id: str) -> str:
    """The node of a Docker network; for an overlay give `FLEET` as host."""
    return f"{host}.w.{engine_id[:16]}"


def container_id(host: str, engine_id: str) -> str:
    """The node of a container."""
    return f"{host}.c.{engine_id[:16]}"


def namespace_id(host: str, namespace: str) -> str:
    """The node of a network namespace with this key."""
    return f"{host}.n.{namespace}"


def device_id(host: str, namespace: str, ifindex: int) -> str:
    """The node of a kernel device."""
    return f"{host}.d.{namespace}.{ifindex}"


def class_of(node_id: str) -> NodeClass:
    """Which class a node id belongs to. A host's id holds no dot."""
    head, _, rest = node_id.partition(".")
    return _CLASSES[rest[0]] if head and rest else "host"


def host_of(node_or_edge_id: str) -> str:
    """The host (or `fleet`) that a node or edge belongs to."""
    return node_or_edge_id.partition(".")[0]
