"""Answers that are not as they should be are told apart: duplicates, two MACs, somebody else's, late ones.

hub ── br0 10.95.0.1 ─┬─ 2, 3   as they should be
                      └─ 20     has no address; a script answers for whom it likes
"""

from collections.abc import Callable, Iterator

import pytest

from netboard.adapters.probe.sweep import Ask
from netboard.adapters.probe.tally import Tally
from tests.adapters.probe.lab import Lab, answering, swept

pytestmark = pytest.mark.kernel
SLOW = 400.0
"""Packets a second: those asked first have a second and more to answer, however slow the machine."""
OTHER = "02:00:00:00:00:99"


@pytest.fixture(scope="module")
def odd() -> Iterator[Lab]:
    """Two hosts, and one whose kernel says nothing."""
    with Lab("10.95.0") as made:
        made.add(2, 3, 20)
        made.hosts[20].ip("address flush dev eth0", "link set eth0 arp off")
        yield made


def test_a_second_holder_of_an_address_is_a_conflict(odd: Lab) -> None:
    def steal(address: str, _: bytes, reply: Callable[..., None]) -> None:
        if address == "10.95.0.2":
            reply(OTHER)

    with answering(odd.hosts[20], steal):
        found = swept(odd.hub, Ask(cidr=odd.cidr, pace=SLOW, known=(("10.95.0.2", odd.mac(2)),)))
    assert sorted(found.rows["10.95.0.2"]["macs"]) == sorted([odd.mac(2), OTHER])
    assert found.rows["10.95.0.3"]["macs"] == [odd.mac(3)]


def test_answers_beyond_the_first_are_duplicates(odd: Lab) -> None:
    def stammer(address: str, _: bytes, reply: Callable[..., None]) -> None:
        if address == "10.95.0.5":
            for _n in range(3):
                reply(OTHER)

    with answering(odd.hosts[20], stammer):
        found = swept(odd.hub, Ask(cidr=odd.cidr, pace=SLOW))
    row = found.rows["10.95.0.5"]
    assert (row["alive"], row["macs"]) == (True, [OTHER])
    assert row["duplicates"] >= 1
    assert found.rows["10.95.0.2"]["duplicates"] == 0


def test_who_answers_for_others_is_named(odd: Lab) -> None:
    """As a router with proxy ARP does: for addresses that nobody else holds, at its own MAC."""

    def stand_in(address: str, _: bytes, reply: Callable[..., None]) -> None:
        if address == "10.95.0.6":
            reply(odd.mac(3))

    known = (("10.95.0.3", odd.mac(3)), ("10.95.0.6", "02:00:00:00:00:50"))
    with answering(odd.hosts[20], stand_in):
        found = swept(odd.hub, Ask(cidr=odd.cidr, pace=SLOW, known=known))
    assert found.rows["10.95.0.6"]["wrong_sender"] == "10.95.0.3"
    assert found.rows["10.95.0.6"]["macs"] == [odd.mac(3)]
    assert found.rows["10.95.0.3"]["wrong_sender"] == ""


def test_a_late_answer_counts_but_is_called_late() -> None:
    tally = Tally(six=False, known={5: "", 6: ""}, counts=frozenset({"arp"}))
    for place in (5, 6):
        tally.sending("arp", place, at=1_000_000)
    tally.patience = 30_000.0
    tally.heard("arp", 5, OTHER, at=21_000_000)
    tally.heard("arp", 6, OTHER, at=61_000_000)
    quick, late = tally.news()
    assert (quick["alive"], quick["late"], quick["rtt_us"]) == (True, False, 20_000.0)
    assert (late["alive"], late["late"], late["rtt_us"]) == (True, True, 60_000.0)


def test_nobody_is_told_what_was_not_asked(odd: Lab) -> None:
    def chatter(_: str, asking: bytes, reply: Callable[..., None]) -> None:
        reply(OTHER, "10.95.1.77")
        reply(OTHER, "192.0.2.1")

    with answering(odd.hosts[20], chatter):
        found = swept(odd.hub, Ask(cidr=odd.cidr, pace=SLOW))
    assert found.alive == {"10.95.0.1", "10.95.0.2", "10.95.0.3"}


def test_neighbour_tables_stay_as_they_were(odd: Lab) -> None:
    """The asking kernel keeps no entry for anybody, silent or not."""
    before = odd.hub.run("ip", "-o", "neigh")
    swept(odd.hub, Ask(cidr="10.95.0.0/24"))
    after = odd.hub.run("ip", "-o", "neigh")
    assert len(after.splitlines()) <= len(before.splitlines()) + 2, after
    assert "INCOMPLETE" not in after
    assert "FAILED" not in after
