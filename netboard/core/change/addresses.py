"""Subnets and addresses of a change: chosen where nobody named one, and held against everything that may collide."""

from collections.abc import Iterable

from netboard.core import ipam
from netboard.core.change.preview import Preview
from netboard.core.change.world import Pool, World, engine_id, subnets_of

DEFAULT_POOLS = (
    Pool("default-10", "", "10.100.0.0/14", longest=28, shortest=16, size=24),
    Pool("default-172", "", "172.20.0.0/14", longest=28, shortest=16, size=24),
)
"""What is cut from where no pool was made."""
DEFAULT_POOL6 = "fd6e:6574:6200::/48"
"""A unique local prefix (RFC 4193) for IPv6 subnets that nobody named."""


def busy(world: World, ignoring: str = "") -> list[str]:
    """Every subnet that a new one on this host must not touch; `ignoring`: a network that goes away."""
    taken = [subnet for subnet, node in world.subnets if node["id"] != ignoring]
    taken += [claim.subnet for claim in world.claims if claim.subnet]
    taken += [subnet for subnet, _ in world.orphans]
    return [*taken, *(way for way, _ in world.ways), *world.services, *(range_ for range_, _ in ipam.SPECIAL)]


def choose(
    world: World, driver: str, *, size: int | None, pool: str = "", avoid: Iterable[str] = ()
) -> tuple[str, str]:
    """The next free IPv4 subnet for this driver and the id of the pool it comes from; empty texts where none is free.

    What other hosts use is avoided where that is possible, so that networks can be joined one day.
    """
    pools = [p for p in world.pools if p.id == pool] if pool else _fitting(world.pools, driver)
    pools = pools or ([] if pool else list(DEFAULT_POOLS))
    taken = [*busy(world), *avoid]
    foreign = [subnet for subnets in world.elsewhere.values() for subnet in subnets]
    for shun in ([*taken, *foreign], taken):
        for one in pools:
            prefix = size or one.size
            if not one.shortest <= prefix <= one.longest or ipam.block(one.subnet).version != 4:
                continue
            found = ipam.next_subnet([one.subnet], prefix, [*shun, *one.reserved])
            if found:
                return found, one.id
    return "", ""


def choose6(world: World, driver: str) -> str:
    """The next free IPv6 /64; empty where none is free."""
    pools = [p.subnet for p in _fitting(world.pools, driver, version=6)] or [DEFAULT_POOL6]
    foreign = [subnet for subnets in world.elsewhere.values() for subnet in subnets]
    return ipam.next_subnet(pools, 64, [*busy(world), *foreign]) or ""


def _fitting(pools: Iterable[Pool], driver: str, version: int = 4) -> list[Pool]:
    return [p for p in pools if (not p.drivers or driver in p.drivers) and ipam.block(p.subnet).version == version]


def judge(preview: Preview, world: World, subnet: str, *, field: str, parent: str = "", ignoring: str = "") -> None:
    """Hold a subnet against special ranges, the host's ways, other networks, promises, pools and other hosts.

    A macvlan or ipvlan network lives on its `parent`'s own LAN: what the host reaches by it is what it may have.
    """
    routes = [way for way, device in world.ways if not parent or device != parent]
    reserved = ipam.reserved(subnet, routes, world.services)
    if reserved:
        preview.refuse(
            f"subnet_{reserved.code}", field=field, subnet=subnet, range=reserved.range, detail=reserved.detail
        )
    for other, node in world.subnets:
        if node["id"] != ignoring and ipam.overlapping(subnet, [other]):
            preview.refuse(
                "subnet_overlaps", field=field, object=node["id"], subnet=subnet, other=other, network=node["name"]
            )
    for claim in world.claims:
        if claim.subnet and ipam.overlapping(subnet, [claim.subnet]):
            preview.refuse("subnet_claimed", field=field, subnet=subnet, other=claim.subnet, operation=claim.operation)
    for other, device in world.orphans:
        if ipam.overlapping(subnet, [other]):
            preview.warn(
                "subnet_on_orphan", field=field, object=device["id"], subnet=subnet, other=other, device=device["name"]
            )
    _judge_place(preview, world, subnet, field)


def _judge_place(preview: Preview, world: World, subnet: str, field: str) -> None:
    mine = ipam.block(subnet)
    if world.pools:
        inside = [p for p in world.pools if ipam.block(p.subnet).contains(mine)]
        if not inside:
            preview.warn("subnet_outside_pools", field=field, subnet=subnet)
        for pool in inside:
            for range_ in ipam.overlapping(subnet, pool.reserved):
                preview.refuse("subnet_pool_reserved", field=field, subnet=subnet, range=range_, pool=pool.name)
    if not ipam.is_private(subnet):
        preview.warn("subnet_public", field=field, subnet=subnet)
    for host, subnets in world.elsewhere.items():
        for other in ipam.overlapping(subnet, subnets)[:1]:
            preview.warn("subnet_on_other_host", field=field, subnet=subnet, other=other, host=host)


def address_on(preview: Preview, world: World, network: str, address: str, *, field: str, own: str = "") -> None:
    """Hold an asked-for address against the network's subnets and everybody who has it. `own`: an address that is free
    because its owner is the one who asks."""
    node = world.nodes[network]
    subnets = [s for s in subnets_of(node) if ipam.block(s).version == ipam.single(address).version]
    home = next((s for s in subnets if ipam.usable(s).contains(ipam.single(address))), None)
    if home is None:
        preview.refuse(
            "address_outside",
            field=field,
            object=network,
            address=address,
            network=node["name"],
            subnets=", ".join(subnets) or "–",
        )
        return
    for edge in world.endpoints(network):
        for kind in ("address", "address6"):
            theirs = str(edge["facts"].get(kind) or "").partition("/")[0]
            if theirs == address and theirs != own:
                preview.refuse(
                    "address_taken",
                    field=field,
                    object=edge["source"],
                    address=address,
                    container=world.nodes[edge["source"]]["name"] if edge["source"] in world.nodes else "",
                )
                return
    if address in world.taken(home, network) and address != own:
        preview.refuse("address_is_gateway", field=field, object=network, address=address, network=node["name"])


def next_free(world: World, network: str) -> str:
    """The lowest free IPv4 address of a network, as the engine would choose or a form may propose; empty if full."""
    node = world.nodes[network]
    for subnet in subnets_of(node):
        if ipam.block(subnet).version == 4:
            found = ipam.next_address(subnet, world.taken(subnet, network))
            if found:
                return found
    return ""


__all__ = ["address_on", "busy", "choose", "choose6", "engine_id", "judge", "next_free"]
