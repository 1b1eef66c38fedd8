"""May this range be swept, and how: the board asks before it writes a sweep down, the agent before it sends anything.

    asked range ─► sane? (size, special ranges) ─► in a subnet that the engine reports ─► inside: bridge, overlay
                                                                                      └─► reaches out: opened?
                                                └─► opened by an administrator · in a pool ─► else refused

Nothing is enumerated, so a /0 is refused as fast as a /24, in the same memory.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, Literal, NamedTuple

from netboard.core.errors import Conflict, Invalid

LARGEST: Final = 1 << 16
"""Addresses of one sweep at most; of IPv6 only known ones are asked, so its prefix does not matter."""
MOST_PROBES: Final = 1 << 18
"""Addresses times what each is asked, at most."""
MOST_PORTS: Final = 64
PACE: Final = 30_000.0
"""Packets a second at most, if nothing else is said."""
INSIDE: Final = frozenset({"bridge", "overlay"})
"""Drivers whose networks reach no further than registered hosts. All others reach beyond the machine."""
_SPECIAL: Final = tuple(
    ip_network(each)
    for each in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/127", "ff00::/8", "::ffff:0:0/96")
)

Address = IPv4Network | IPv6Network


class Net(NamedTuple):
    """A network that the engine of the host reports."""

    id: str
    name: str
    driver: str
    subnets: tuple[str, ...]


class Ground(NamedTuple):
    """Why a range may be swept. `net`: the network whose addresses they are."""

    kind: Literal["network", "opened", "pool"]
    range: Address
    net: Net | None


def parse(cidr: str, field: str = "cidr") -> Address:
    """The range that is meant; a bare address is a range of one. Raises `Invalid`, `Conflict`."""
    text = cidr.strip()
    try:
        found = ip_network(text, strict=False)
    except ValueError as error:
        raise Invalid(
            f"“{text[:60]}” is no range; write it like 10.20.0.0/24.",
            field=field,
            code="range_invalid",
            params={"cidr": text[:60]},
        ) from error
    if "/" in text and ip_address(text.partition("/")[0]) != found.network_address:
        raise Invalid(
            f"{text[:60]} has host bits set; the range is {found}.",
            field=field,
            code="range_host_bits",
            params={"cidr": text[:60], "meant": str(found)},
        )
    params = {"cidr": str(found), "most": LARGEST}
    if found.version == 4 and found.num_addresses > LARGEST:
        raise Conflict(f"{found} is too large; a sweep is a /16 at most.", code="range_too_large", params=params)
    for special in _SPECIAL:
        if special.version == found.version and special.overlaps(found):
            raise Conflict(
                f"{found} lies in {special}, where no network's containers are.",
                code="range_special",
                params={"cidr": str(found), "range": str(special)},
            )
    return found


def check(cidr: str, nets: Iterable[Net], opened: Iterable[str] = (), pools: Iterable[str] = ()) -> Ground:
    """Why this range may be swept. `opened`: full ids of networks, and CIDRs.

    Raises `Invalid` for what is no range, `Conflict` with a code for what may not be swept.
    """
    asked = parse(cidr)
    allowed = [each for each in opened if each]
    known = list(nets)
    holding = [net for net in known if any(holds(subnet, asked) for subnet in net.subnets)]
    inside = next((net for net in holding if net.driver in INSIDE), None)
    if inside is not None:
        return Ground("network", asked, inside)
    if any(holds(each, asked) for each in allowed):
        return Ground("opened", asked, holding[0] if holding else None)
    if holding:
        net = next((net for net in holding if net.id in allowed), None)
        if net is None:
            raise not_opened(holding[0])
        return Ground("network", asked, net)
    # A part of what lies in a pool may be a network that reaches out: the narrower statement wins.
    beyond = next((net for net in known if net.driver not in INSIDE and _touches(net, asked, allowed)), None)
    if beyond is not None:
        raise not_opened(beyond)
    if any(holds(each, asked) for each in pools):
        return Ground("pool", asked, None)
    raise Conflict(
        f"{asked} is in no subnet that this host's engine reports, in no pool, and no administrator opened it.",
        code="range_outside",
        params={"cidr": str(asked)},
    )


def check_network(net: Net, cidr: str, opened: Iterable[str] = ()) -> Ground:
    """As `check`, for a range of this very network (overlapping subnets on other networks do not matter)."""
    asked = parse(cidr)
    if not any(holds(subnet, asked) for subnet in net.subnets):
        raise Invalid(
            f"{asked} is not in {', '.join(net.subnets) or 'any subnet of'} of {net.name}.",
            field="cidr",
            code="range_not_of_network",
            params={"cidr": str(asked), "network": net.name},
        )
    allowed = [each for each in opened if each]
    if net.driver not in INSIDE and net.id not in allowed and not any(holds(each, asked) for each in allowed):
        raise not_opened(net)
    return Ground("network", asked, net)


def not_opened(net: Net) -> Conflict:
    """That a network reaches beyond the machine and no administrator opened it."""
    return Conflict(
        f"{net.name} ({net.driver}) reaches beyond this machine; an administrator has to open it for sweeps first.",
        code="network_not_opened",
        params={"network": net.name, "driver": net.driver},
    )


def check_load(asked: Address, methods: Sequence[str], ports: Sequence[int]) -> None:
    """Raises `Invalid` or `Conflict` where one sweep would ask too much."""
    if len(ports) > MOST_PORTS or any(not 1 <= port <= 65_535 for port in ports):
        raise Invalid(
            f"Up to {MOST_PORTS} ports, each of 1 to 65535.", field="ports", code="ports", params={"most": MOST_PORTS}
        )
    each = max(1, len([one for one in methods if one != "tcp"])) + len(ports)
    addresses = asked.num_addresses if asked.version == 4 else 1
    if addresses * each > MOST_PROBES:
        raise Conflict(
            f"{addresses} addresses with {each} questions each are too many; a sweep asks {MOST_PROBES} at most.",
            code="sweep_too_large",
            params={"probes": addresses * each, "most": MOST_PROBES},
        )


def holds(whole: str, part: Address) -> bool:
    """Whether a range lies wholly in another one, which may be a network's id and then holds nothing."""
    try:
        outer = ip_network(whole, strict=False)
    except ValueError:
        return False
    return (
        outer.version == part.version
        and int(outer.network_address) <= int(part.network_address)
        and int(part.broadcast_address) <= int(outer.broadcast_address)
    )


def _touches(net: Net, asked: Address, allowed: Sequence[str]) -> bool:
    if net.id in allowed:
        return False
    return any(
        subnet.version == asked.version and subnet.overlaps(asked)
        for subnet in (ip_network(each, strict=False) for each in net.subnets)
    )


def pace_for(asked: float, thresh3: int = 0) -> float:
    """Packets a second: what was asked, at most `PACE`; with a neighbour table of `thresh3` entries for routed echo
    to attached addresses, so few that those of one second (in which the kernel still waits for them) fill at most
    half of it."""
    wanted = min(asked, PACE) if asked > 0 else PACE
    return min(wanted, thresh3 / 8) if thresh3 else wanted
