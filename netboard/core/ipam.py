"""Address arithmetic: pools, free subnets and addresses, overlaps, and ranges that nobody may have.

Everything works on closed intervals of integers, so a /8 pool costs as much as what is taken from it, not as what it
could hold. Subnets are texts with prefix length (`10.0.0.0/24`) at the edges of this module.
"""

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from netboard.core.errors import Invalid

_BITS: Final = {4: 32, 6: 128}


class Block(NamedTuple):
    """All addresses from `first` to `last`, both included, of one family."""

    version: Literal[4, 6]
    first: int
    last: int

    def overlaps(self, other: "Block") -> bool:
        """Whether both share an address."""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    def contains(self, other: "Block") -> bool:
        """Whether every address of the other is in this one."""
        return self.version == other.version and self.first <= other.first and other.last <= self.last

    @property
    def size(self) -> int:
        """How many addresses."""
        return self.last - self.first + 1


def _of(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Block:
    return Block(network.version, int(network.network_address), int(network.broadcast_address))


@functools.lru_cache(maxsize=16384)
def block(subnet: str) -> Block:
    """The interval of a subnet. Raises `Invalid` for what is none, and names the right one where host bits are set."""
    try:
        network = ipaddress.ip_network(subnet.strip(), strict=False)
    except ValueError as error:
        raise Invalid(
            f"“{subnet[:60]}” is no subnet; write it like 10.20.0.0/24 or fd00:20::/64.",
            code="subnet_invalid",
            params={"subnet": subnet[:60]},
        ) from error
    if "/" not in subnet:
        raise Invalid(
            f"“{subnet[:60]}” has no prefix length; write it like {network.network_address}/24.",
            code="subnet_without_prefix",
            params={"subnet": subnet[:60]},
        )
    if ipaddress.ip_interface(subnet.strip()).ip != network.network_address:
        raise Invalid(
            f"{subnet[:60]} has host bits set; the subnet is {network}.",
            code="subnet_host_bits",
            params={"subnet": subnet[:60], "meant": str(network)},
        )
    return _of(network)


def single(address: str) -> Block:
    """The interval of one address, with or without prefix length. Raises `Invalid`."""
    try:
        ip = ipaddress.ip_interface(address.strip()).ip
    except ValueError as error:
        raise Invalid(
            f"“{address[:60]}” is no IP address.", code="address_invalid", params={"address": address[:60]}
        ) from error
    return Block(ip.version, int(ip), int(ip))


def text(version: Literal[4, 6], first: int, prefix: int) -> str:
    """A subnet as people write it."""
    return f"{_address(version, first)}/{prefix}"


def prefix_of(subnet: str) -> int:
    """The prefix length of a subnet that `block` accepts."""
    return int(subnet.rpartition("/")[2])


def overlapping(subnet: str, others: Iterable[str]) -> list[str]:
    """Which of the others share an address with the subnet, in their order. What is no subnet is passed over."""
    mine = block(subnet)
    return [other for other, theirs in _readable(others) if mine.overlaps(theirs)]


def free_subnets(pools: Sequence[str], prefix: int, taken: Iterable[str]) -> Iterator[str]:
    """Every free, aligned subnet of this size, pool by pool, lowest first.

    `taken` are subnets and addresses that must not be touched, in any order, overlapping or not, of any family.
    """
    busy = sorted(theirs for _, theirs in _readable(taken))
    for pool in pools:
        whole = block(pool)
        bits = _BITS[whole.version]
        if not prefix_of(pool) <= prefix <= bits:
            continue
        size = 1 << (bits - prefix)
        for gap in _gaps(whole, busy):
            first = -(-gap.first // size) * size
            while first + size - 1 <= gap.last:
                yield text(whole.version, first, prefix)
                first += size


def next_subnet(pools: Sequence[str], prefix: int, taken: Iterable[str]) -> str | None:
    """The lowest free, aligned subnet of this size in the first pool that has one; None where all are full."""
    return next(free_subnets(pools, prefix, taken), None)


def count_free(pool: str, prefix: int, taken: Iterable[str]) -> int:
    """How many subnets of this size are free in the pool. Does not enumerate them."""
    whole = block(pool)
    bits = _BITS[whole.version]
    if not prefix_of(pool) <= prefix <= bits:
        return 0
    size = 1 << (bits - prefix)
    count = 0
    for gap in _gaps(whole, sorted(theirs for _, theirs in _readable(taken))):
        first = -(-gap.first // size) * size
        count += max(0, (gap.last - first + 1) // size)
    return count


def used(pool: str, taken: Iterable[str]) -> int:
    """How many of the pool's addresses are taken."""
    whole = block(pool)
    return whole.size - sum(gap.size for gap in _gaps(whole, sorted(theirs for _, theirs in _readable(taken))))


def usable(subnet: str) -> Block:
    """The addresses that endpoints may have: without the network's own and, of IPv4, the broadcast address."""
    whole = block(subnet)
    if whole.size <= 2:
        return whole
    return Block(whole.version, whole.first + 1, whole.last - (1 if whole.version == 4 else 0))


def next_address(subnet: str, taken: Iterable[str], ip_range: str = "") -> str | None:
    """The lowest free address of the subnet (of `ip_range`, if given), without prefix length; None where it is full."""
    allowed = usable(subnet)
    if ip_range:
        part = block(ip_range)
        if part.version != allowed.version:
            return None
        allowed = Block(allowed.version, max(allowed.first, part.first), min(allowed.last, part.last))
    for gap in _gaps(allowed, sorted(theirs for _, theirs in _readable(taken))):
        return _address(gap.version, gap.first)
    return None


class Reserved(NamedTuple):
    """Why a subnet is nobody's to have."""

    code: str
    """`special_purpose`, `too_wide`, `too_narrow`, `host_route`, `service`."""
    range: str
    """The range it collides with."""
    detail: str = ""


SPECIAL: Final[tuple[tuple[str, str], ...]] = (
    ("0.0.0.0/8", "this network"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/8", "special"),
    ("64:ff9b::/32", "translation"),
    ("100::/64", "discard"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("fe80::/10", "link-local"),
    ("ff00::/8", "multicast"),
)
"""The special-purpose registries of IANA (RFC 6890) that no container network may use."""

PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""RFC 1918, RFC 6598, RFC 4193: what networks are usually cut from."""

_SPECIAL = tuple((text_, why, block(text_)) for text_, why in SPECIAL)
_PRIVATE = tuple(block(text_) for text_ in PRIVATE)
_WIDEST: Final = {4: 8, 6: 32}
_NARROWEST: Final = {4: 30, 6: 126}


def reserved(subnet: str, routes: Iterable[str] = (), services: Iterable[str] = ()) -> Reserved | None:
    """Why nobody may have this subnet; None where it is free of such reasons.

    `routes` are destinations of the host's own routes and LANs (`default` is passed over), `services` addresses that
    netboard itself is reached by. Docker accepts all of these, and the host loses its network by it.
    """
    mine = block(subnet)
    prefix = prefix_of(subnet)
    for range_, why, theirs in _SPECIAL:
        if mine.overlaps(theirs):
            return Reserved("special_purpose", range_, why)
    if prefix < _WIDEST[mine.version]:
        return Reserved("too_wide", f"/{_WIDEST[mine.version]}")
    if prefix > _NARROWEST[mine.version]:
        return Reserved("too_narrow", f"/{_NARROWEST[mine.version]}")
    for route, theirs in _readable(routes):
        if mine.overlaps(theirs):
            return Reserved("host_route", route)
    for service, theirs in _readable(services):
        if mine.overlaps(theirs):
            return Reserved("service", service)
    return None


def is_private(subnet: str) -> bool:
    """Whether it lies wholly in a range for private use."""
    mine = block(subnet)
    return any(theirs.contains(mine) for theirs in _PRIVATE)


def _address(version: Literal[4, 6], value: int) -> str:
    return str(ipaddress.IPv4Address(value) if version == 4 else ipaddress.IPv6Address(value))


def _readable(texts: Iterable[str]) -> Iterator[tuple[str, Block]]:
    """What can be read as a subnet or an address, with its interval; host bits do not matter here."""
    for candidate in texts:
        found = _read(candidate)
        if found is not None:
            yield candidate, found


@functools.lru_cache(maxsize=16384)
def _read(candidate: str) -> Block | None:
    """Remembered: a plan reads every subnet of a host several times, and the next plan reads the same again."""
    try:
        return _of(ipaddress.ip_network(candidate.strip(), strict=False))
    except ValueError:
        return None


def _gaps(whole: Block, busy: Sequence[Block]) -> Iterator[Block]:
    """The free intervals of a block, given sorted blocks that may overlap each other and lie anywhere."""
    position = whole.first
    for taken in busy:
        if taken.version != whole.version or taken.last < position:
            continue
        if taken.first > whole.last:
            break
        if taken.first > position:
            yield Block(whole.version, position, taken.first - 1)
        position = max(position, taken.last + 1)
        if position > whole.last:
            return
    if position <= whole.last:
        yield Block(whole.version, position, whole.last)
