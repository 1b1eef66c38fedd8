"""Free subnets and addresses, against an oracle that enumerates."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.core import ipam
from netboard.core.errors import Invalid

V4 = ipaddress.ip_network("10.64.0.0/20")
V6 = ipaddress.ip_network("fd00:64::/52")


def pieces(pool: ipaddress.IPv4Network | ipaddress.IPv6Network, deepest: int) -> st.SearchStrategy[str]:
    """Subnets inside the pool, and some outside of it."""
    bits = pool.max_prefixlen

    def cut(drawn: tuple[int, int]) -> str:
        prefix, offset = drawn
        base = int(pool.network_address) + (offset << (bits - prefix)) % (pool.num_addresses * 2)
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = type(pool.network_address)(base)
        return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))

    return st.tuples(st.integers(pool.prefixlen, deepest), st.integers(0, 4095)).map(cut)


@pytest.mark.parametrize(("pool", "deepest"), [(V4, 28), (V6, 60)], ids=["IPv4", "IPv6"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_free_subnets_are_all_and_only_the_free_aligned_ones(
    pool: ipaddress.IPv4Network | ipaddress.IPv6Network, deepest: int, data: st.DataObject
) -> None:
    taken = data.draw(st.lists(pieces(pool, deepest), max_size=12))
    prefix = data.draw(st.integers(pool.prefixlen, deepest))
    busy = [ipaddress.ip_network(t) for t in taken]
    expected = [str(s) for s in pool.subnets(new_prefix=prefix) if not any(s.overlaps(b) for b in busy)]

    assert list(ipam.free_subnets([str(pool)], prefix, taken)) == expected
    assert ipam.next_subnet([str(pool)], prefix, taken) == (expected[0] if expected else None)
    assert ipam.count_free(str(pool), prefix, taken) == len(expected)


@settings(max_examples=60, deadline=None)
@given(taken=st.lists(st.integers(0, 31), max_size=40), narrow=st.booleans())
def test_the_next_address_is_the_lowest_that_nobody_has(taken: list[int], narrow: bool) -> None:
    net = ipaddress.ip_network("10.9.9.0/27")
    ip_range = "10.9.9.16/28" if narrow else ""
    busy = {str(net[i]) for i in taken}
    candidates = [str(net[i]) for i in range(16 if narrow else 1, 31)]
    expected = next((a for a in candidates if a not in busy), None)

    assert ipam.next_address(str(net), sorted(busy), ip_range) == expected


def test_a_slash_8_with_thousands_taken_is_not_enumerated() -> None:
    taken = [f"10.{i >> 8}.{i & 255}.0/24" for i in range(5000)]
    assert ipam.next_subnet(["10.0.0.0/8"], 24, taken) == "10.19.136.0/24"
    assert ipam.count_free("10.0.0.0/8", 24, taken) == 65536 - 5000
    assert ipam.used("10.0.0.0/8", taken) == 5000 * 256
    assert ipam.next_subnet(["fc00::/7"], 64, []) == "fc00::/64"


@pytest.mark.parametrize(
    ("subnet", "code"),
    [
        pytest.param("0.0.0.0/0", "special_purpose", id="everything"),
        pytest.param("::/0", "special_purpose", id="everything of IPv6"),
        pytest.param("0.0.0.0/1", "special_purpose", id="half of everything"),
        pytest.param("127.8.0.0/16", "special_purpose", id="loopback"),
        pytest.param("224.0.0.0/4", "special_purpose", id="multicast"),
        pytest.param("169.254.3.0/24", "special_purpose", id="link-local"),
        pytest.param("32.0.0.0/6", "too_wide", id="wider than any network"),
        pytest.param("10.0.0.0/31", "too_narrow", id="no room for a gateway and an endpoint"),
        pytest.param("192.168.7.128/25", "host_route", id="half of the LAN"),
        pytest.param("192.168.0.0/16", "host_route", id="around the LAN"),
        pytest.param("10.77.0.0/24", "service", id="where the board is reached"),
    ],
)
def test_what_nobody_may_have(subnet: str, code: str) -> None:
    found = ipam.reserved(subnet, routes=["default", "192.168.7.0/24", "nonsense"], services=["10.77.0.5"])
    assert found is not None
    assert found.code == code


def test_an_ordinary_subnet_is_not_reserved() -> None:
    assert ipam.reserved("10.20.0.0/24", routes=["192.168.7.0/24"]) is None
    assert ipam.is_private("10.20.0.0/24")
    assert not ipam.is_private("8.8.0.0/16")


@pytest.mark.parametrize(
    ("subnet", "code"),
    [
        ("10.0.0.5/24", "subnet_host_bits"),
        ("10.0.0.0", "subnet_without_prefix"),
        ("ten", "subnet_invalid"),
        ("", "subnet_invalid"),
    ],
)
def test_what_is_no_subnet_says_what_would_be(subnet: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        ipam.block(subnet)
    assert caught.value.code == code


def test_overlaps_name_the_others() -> None:
    assert ipam.overlapping("10.0.0.0/16", ["10.0.4.0/24", "10.1.0.0/16", "fd00::/64", "junk", "10.0.0.0/8"]) == [
        "10.0.4.0/24",
        "10.0.0.0/8",
    ]
