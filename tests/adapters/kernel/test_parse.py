"""Messages become facts: recorded bytes of several kernels, table by table."""

import socket
from struct import pack

import pytest

from netboard.adapters.kernel import parse
from netboard.adapters.kernel.processes import container_of
from netboard.adapters.kernel.rights import missing_rights
from netboard.core.kinds import KINDS, kind_of, read_detail
from netboard.core.model import Address, ForwardingEntry, Link, Neighbour, Route, Rule

ID = "ab" * 32


def attribute(kind: int, value: bytes) -> bytes:
    """One netlink attribute, padded."""
    return pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def link_body(ifindex: int, flags: int, *attributes: bytes, family: int = 0, hardware: int = 1) -> bytes:
    """ifinfomsg and attributes."""
    return pack("=BxHiII", family, hardware, ifindex, flags, 0) + b"".join(attributes)


VETH = attribute(18, attribute(1, b"veth\0"))
NAME = attribute(3, b"eth0\0")


@pytest.mark.parametrize(
    ("body", "link", "nsid"),
    [
        pytest.param(
            link_body(8, 0x10043, NAME, VETH, attribute(5, pack("=I", 9)), attribute(37, pack("=i", 3))), 9, 3,
            id="a peer in another namespace",
        ),
        pytest.param(
            link_body(8, 0x10043, NAME, VETH, attribute(37, pack("=i", 3))), 0, 3,
            id="an old kernel leaves the peer's index out where both are equal",
        ),
        pytest.param(link_body(8, 3, NAME, VETH, attribute(5, pack("=I", 9))), 9, -1, id="a peer in the same one"),
        pytest.param(link_body(8, 3, NAME, VETH), 0, -1, id="nothing said of the peer"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_peer_is_kept_as_it_was_said(body: bytes, link: int, nsid: int) -> None:
    told = parse.link(body, "k")
    assert told is not None
    assert (told.link.kind, told.link.link, told.link.link_nsid) == ("veth", link, nsid)


def test_a_link_with_everything() -> None:
    body = link_body(
        5,
        0x10043,
        attribute(3, b"mv0\0"),
        attribute(1, bytes.fromhex("0242ac110002")),
        attribute(4, pack("=I", 1400)),
        attribute(5, pack("=I", 2)),
        attribute(10, pack("=I", 7)),
        attribute(16, b"\x06"),
        attribute(18, attribute(1, b"macvlan\0") + attribute(2, attribute(1, pack("=I", 4)))),
        attribute(20, b"up\xfflink\0"),
        attribute(27, pack("=I", 4)),
        attribute(52 | 0x8000, attribute(53, b"zeta\0") + attribute(53, b"alpha\0")),
    )
    told = parse.link(body, "k")
    assert told == (
        Link(
            "k", 5, "mv0", "macvlan", "02:42:ac:11:00:02", 1400, True, True, "up", 7, 2, -1, (),
            (("mode", "bridge"),), "up\ufffdlink", ("alpha", "zeta"),
        ),
        4,
        False,
    )  # fmt: skip


def test_links_without_a_kind_are_loopback_or_nic_and_unknown_kinds_keep_their_name() -> None:
    loopback = parse.link(link_body(1, 9, attribute(3, b"lo\0"), hardware=772), "k")
    physical = parse.link(link_body(2, 1, attribute(3, b"eth0\0")), "k")
    strange = parse.link(link_body(3, 1, NAME, attribute(18, attribute(1, b"quantum\0") + attribute(2, b"1234"))), "k")
    assert [one and one.link.kind for one in (loopback, physical, strange)] == ["loopback", "nic", "quantum"]
    assert strange is not None
    assert strange.link.detail == ()


def test_messages_about_a_bridges_port_or_without_a_name_are_told_apart() -> None:
    of_port = parse.link(link_body(3, 1, NAME, family=7), "k")
    assert of_port is not None
    assert of_port.of_bridge
    assert parse.index_of(link_body(3, 1, family=7)) == (3, False)
    assert parse.link(link_body(3, 1, attribute(11, b"wireless")), "k") is None


def test_addresses() -> None:
    own, peer = socket.inet_aton("10.0.0.1"), socket.inet_aton("10.0.0.2")
    pair = pack("=BBBBI", 2, 32, 0, 0, 4) + attribute(1, peer) + attribute(2, own)
    assert parse.address(pair) == (4, Address("10.0.0.1/32", "global", "10.0.0.2", ()))
    six = socket.inet_pton(socket.AF_INET6, "fe80::1")
    failed = pack("=BBBBI", 10, 64, 0x80, 253, 4) + attribute(1, six) + attribute(8, pack("=I", 0xC8))
    assert parse.address(failed) == (4, Address("fe80::1/64", "link", "", ("dadfailed", "tentative")))
    assert parse.address(pack("=BBBBI", 28, 0, 0, 0, 4)) is None


def test_routes_and_rules() -> None:
    via, target = socket.inet_aton("10.0.0.254"), socket.inet_aton("10.9.0.0")
    body = pack("=BBBBBBBBI", 2, 16, 0, 0, 252, 4, 0, 1, 0) + b"".join(
        [attribute(1, target), attribute(4, pack("=I", 3)), attribute(5, via), attribute(6, pack("=I", 50)),
         attribute(15, pack("=I", 1000))]
    )  # fmt: skip
    assert parse.route(body) == Route(1000, 4, "10.9.0.0/16", "unicast", "10.0.0.254", 3, "", 50, "global", "static")
    hops = b"".join(pack("=HBBi", 16, 0, weight, oif) + attribute(5, via) for weight, oif in ((0, 3), (2, 4)))
    several = parse.route(pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + attribute(9, hops))
    assert several is not None
    assert (several.destination, several.hops) == ("default", (("10.0.0.254", 3, 1), ("10.0.0.254", 4, 3)))
    rule = pack("=BBBBBBBBI", 2, 0, 24, 0, 0, 0, 0, 1, 0) + b"".join(
        [attribute(2, target), attribute(6, pack("=I", 100)), attribute(10, pack("=I", 1)),
         attribute(16, pack("=I", 255)),         attribute(15, pack("=I", 77)), attribute(3, b"eth0\0")]
    )  # fmt: skip
    assert parse.rule(rule) == Rule(4, 100, "lookup", 77, "10.9.0.0/24", "", "0x1/0xff", "eth0", "")


def test_neighbours_and_forwarding_entries() -> None:
    mac = attribute(2, bytes.fromhex("020000000009"))
    body = pack("=BxxxiHBB", 2, 3, 2, 0, 1) + attribute(1, socket.inet_aton("10.0.0.9")) + mac
    assert parse.neighbour(body) == Neighbour(3, "10.0.0.9", "02:00:00:00:00:09", "reachable")
    entry = pack("=BxxxiHBB", 7, 3, 2, 0, 1) + mac + attribute(9, pack("=I", 5)) + attribute(5, pack("=H", 10))
    assert parse.neighbour(entry) == ForwardingEntry(3, 5, "02:00:00:00:00:09", 10, "")


@pytest.mark.parametrize(
    ("kind", "data", "detail"),
    [
        ("vlan", attribute(1, pack("=H", 10)) + attribute(5, pack("!H", 0x8100)), {"id": 10, "protocol": "802.1q"}),
        ("vxlan",
         attribute(1, pack("=I", 4097)) + attribute(3, pack("=I", 2)) + attribute(15, pack("!H", 4789))
         + attribute(2, bytes(4)),
         {"vni": 4097, "link": 2, "port": 4789}),
        ("ipvlan", attribute(1, pack("=H", 0)) + attribute(2, pack("=H", 0)), {"mode": "l2", "flag": "bridge"}),
        ("tun", attribute(3, b"\2") + attribute(6, b"\1"), {"type": "tap", "persist": True}),
        ("bridge", attribute(5, pack("=I", 1)) + attribute(7, b"\0"), {"stp": True, "vlan_filtering": False}),
        ("bond", attribute(1, b"\1") + attribute(2, pack("=I", 4)), {"mode": "active-backup", "active": 4}),
        ("gre", attribute(6, socket.inet_aton("10.0.0.1")) + attribute(7, bytes(4)), {"local": "10.0.0.1"}),
        ("veth", b"", {}),
    ],
)  # fmt: skip
def test_each_kinds_own_attributes(kind: str, data: bytes, detail: dict[str, object]) -> None:
    assert dict(read_detail(kind, data)) == detail


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_cut_or_strange_attributes_raise_nothing(kind: str) -> None:
    for number in range(64):
        for value in (b"", b"\1", b"\xff" * 5):
            read_detail(kind, attribute(number, value))
    read_detail(kind, b"\xff\xff\1\0cut")
    assert kind_of(kind).code == f"kind_{kind}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"12:cpu:/docker/{ID}\n1:name=systemd:/docker/{ID}\n", ID),
        (f"0::/system.slice/docker-{ID}.scope\n", ID),
        (f"0::/docker/{'cd' * 32}/docker/{ID}\n", ID),
        (f"0::/../{ID}\n", ID),
        ("0::/user.slice/session-3.scope\n", ""),
        (f"0::/libpod-{ID}.scope\n", ""),
    ],
)
def test_the_container_of_a_process(text: str, found: str) -> None:
    assert container_of(text.encode()) == found


def test_missing_rights_are_named() -> None:
    assert missing_rights("Name:\tpython\nCapEff:\t000001ffffffffff\n") == []
    assert missing_rights("CapEff:\t0000000000000000\n") == [
        "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_ADMIN",
    ]  # fmt: skip
