"""Who answers: as the kernel and a patient ping have it, by every method, from the host and from inside.

hub ── br0 10.90.0.1, fd90::1 ─┬─ 2 … 11    up
                               ├─ 12        its device is down
                               └─ 13        ignores echo requests
"""

import socket

import pytest

from netboard.adapters.probe.sweep import Ask
from tests.adapters.probe.conftest import UP
from tests.adapters.probe.lab import Lab, pinged, swept

pytestmark = pytest.mark.kernel
DROP = "table ip t { chain c { type filter hook input priority 0; tcp dport 81 drop; }; }"


def test_neighbours_are_those_whose_devices_are_up(lab: Lab) -> None:
    known = tuple((lab.address(number), "") for number in (*UP, 12, 13, 99))
    found = swept(lab.hub, Ask(cidr=lab.cidr, known=known))
    assert found.code == ""
    assert found.alive == {lab.address(number) for number in (1, *UP, 13)}
    assert found.rows.keys() - found.alive == {lab.address(12), lab.address(99)}
    assert found.told[-1].asked == found.told[-1].total == 256


def test_a_host_sees_its_neighbours_as_the_hub_does(lab: Lab) -> None:
    known = tuple((lab.address(number), lab.mac(number)) for number in (3, 4, 12))
    found = swept(lab.hosts[2], Ask(cidr=lab.cidr, known=known))
    assert found.alive == {lab.address(number) for number in (1, *UP, 13)}
    assert found.rows[lab.address(4)]["macs"] == [lab.mac(4)]
    assert found.rows[lab.address(4)]["method"] == "arp"
    assert not any(row["duplicates"] or row["late"] or row["wrong_sender"] for row in found.rows.values())


def test_echoes_come_from_those_that_a_patient_ping_reaches(lab: Lab) -> None:
    asked = [lab.address(number) for number in range(1, 17)]
    found = swept(lab.hosts[2], Ask(cidr=f"{lab.net}.0/28", methods=("icmp",)))
    assert found.alive == pinged(lab.hosts[2], asked) & set(asked[:15])
    assert lab.address(13) not in found.alive
    assert found.rows[lab.address(13)]["macs"] == [lab.mac(13)]  # silent to echo, there to ARP


def test_ipv6_neighbours_are_found_without_asking_for_all(lab: Lab) -> None:
    known = tuple((f"fd90::{number}", "") for number in (3, 4, 12, 99))
    found = swept(lab.hub, Ask(cidr="fd90::/64", known=known))
    assert found.alive == {f"fd90::{number}" for number in (1, *UP, 13)}
    assert {row["method"] for row in found.rows.values() if row["alive"]} == {"ndp"}
    assert found.rows["fd90::4"]["macs"] == [lab.mac(4)]
    assert not found.rows["fd90::12"]["alive"]
    assert not found.rows["fd90::99"]["alive"]


def test_ipv6_echoes_are_asked_for_on_demand(lab: Lab) -> None:
    known = tuple((f"fd90::{number}", "") for number in (3, 4, 12))
    found = swept(lab.hosts[2], Ask(cidr="fd90::/64", known=known, methods=("icmp",)))
    assert {"fd90::3", "fd90::4"} <= found.alive
    assert "fd90::12" not in found.alive


def test_ports_are_open_closed_or_silent(lab: Lab) -> None:
    host = lab.hosts[5]
    server = host.inside(_server)
    host.run(
        "nft", "-f", "-", stdin="table ip t { chain c { type filter hook input priority 0; tcp dport 81 drop; }; }"
    )
    try:
        found = swept(lab.hosts[2], Ask(cidr=f"{lab.address(5)}/32", ports=(server.getsockname()[1], 80, 81)))
    finally:
        server.close()
        host.run("nft", "flush", "ruleset")
    states = found.rows[lab.address(5)]["ports"]
    assert list(states.values()).count("open") == 1
    assert states["80"] == "closed"
    assert states["81"] == "silent"


def test_routed_addresses_are_asked_for_echoes() -> None:
    with Lab("10.91.0") as near, Lab("10.92.0") as far:
        near.add(2)
        far.add(3, 4, 5)
        near.hub.ip(f"link add r0 type veth peer name r0 netns {far.hub.path}", "address add 10.93.0.1/30 dev r0")
        far.hub.ip("address add 10.93.0.2/30 dev r0", "link set r0 up", "route add 10.91.0.0/24 via 10.93.0.1")
        near.hub.ip("link set r0 up", "route add 10.92.0.0/24 via 10.93.0.2")
        for net in (near.hub, far.hub):
            net.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        for net, gateway in ((near.hosts[2], "10.91.0.1"), *((host, "10.92.0.1") for host in far.hosts.values())):
            net.ip(f"route add default via {gateway}")
        known = (("10.92.0.3", ""), ("10.92.0.60", ""))
        found = swept(near.hosts[2], Ask(cidr="10.92.0.0/26", known=known))
        assert found.alive == {"10.92.0.1", "10.92.0.3", "10.92.0.4", "10.92.0.5"}
        assert {row["method"] for row in found.rows.values() if row["alive"]} == {"icmp"}
        assert not found.rows["10.92.0.60"]["alive"]


def test_a_macvlan_is_asked_from_a_child_of_its_parent() -> None:
    with Lab("10.94.0") as lab:
        lab.add(2, 3, 4)
        lab.hosts[2].ip("address flush dev eth0")
        before = lab.hosts[2].run("ip", "-o", "link")
        found = swept(lab.hosts[2], Ask(cidr="10.94.0.0/28", macvlan=("eth0", "bridge")))
        assert found.alive == {"10.94.0.1", "10.94.0.3", "10.94.0.4"}
        assert lab.hosts[2].run("ip", "-o", "link") == before
        assert lab.hosts[3].run("ip", "neigh") == ""  # the sender had no address: nobody remembers it


def _server() -> socket.socket:
    server = socket.socket()
    server.bind(("0.0.0.0", 0))
    server.listen()
    return server
