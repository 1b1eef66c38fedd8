"""The engine's own words become codes that pages can explain; the words travel along, unchanged."""

import re
from typing import Final

from docker.errors import APIError

from netboard.core.errors import Conflict, Refused

_KNOWN: Final[tuple[tuple[str, str], ...]] = (
    (r"Pool overlaps with other one", "engine_pool_overlaps"),
    (r"could not find an available, non-overlapping", "engine_pools_exhausted"),
    (r"is already using parent interface", "engine_parent_busy"),
    (r"invalid subinterface vlan name|parent interface was not found", "engine_parent_missing"),
    (r"network with name .* already exists", "engine_name_taken"),
    (r"cannot create network .*conflicts with network", "engine_bridge_conflict"),
    (r"has active endpoints", "engine_in_use"),
    (r"endpoint with name .* already exists", "engine_endpoint_exists"),
    (r"Address already in use", "engine_address_taken"),
    (r"no available (IPv4|IPv6)? ?addresses", "engine_network_full"),
    (r"port is already allocated|address already in use", "engine_port_taken"),
    (r"operation not supported", "engine_kernel_lacks"),
    (r"plugin \"none\" not found|only one instance of \"(host|null)\" network is allowed", "engine_builtin"),
    (r"This node is not a swarm manager|requires.*swarm", "engine_no_swarm"),
    (r"No such image", "engine_image_missing"),
    (r"container name .* is already in use", "engine_container_name_taken"),
    (r"not manually attachable", "engine_not_attachable"),
    (r"user specified IP address is supported", "engine_static_on_default"),
)


def refusal(error: APIError) -> Refused:
    """What the engine refused; `params["engine"]` has its words, at most 500 characters of them."""
    words = str(error.explanation or error)[:500]
    code = next((code for pattern, code in _KNOWN if re.search(pattern, words, re.IGNORECASE)), "engine_refused")
    kind = Conflict if error.status_code in (403, 409) else Refused
    return kind(f"The engine refuses: {words}", code=code, params={"engine": words})
