"""Slots: the lowest free place, kept while the node lives."""

from netboard.core.slots import Slots

BAR = ("container", "front")
RAIL = ("container", "back")


def test_the_lowest_free_place_is_given_and_nobody_moves() -> None:
    """a 0, b 1, c 2  ─ b goes, d comes ─►  a 0, d 1, c 2"""
    slots = Slots()
    slots.settle([("a", BAR), ("b", BAR), ("c", BAR)])
    slots.settle([("a", BAR), ("d", BAR)], gone=["b"])
    assert slots.all() == {"a": 0, "c": 2, "d": 1}


def test_groups_are_counted_apart() -> None:
    slots = Slots()
    slots.settle([("a", BAR), ("b", RAIL)])
    assert slots.all() == {"a": 0, "b": 0}


def test_who_had_a_place_before_chooses_first() -> None:
    slots = Slots({"old": 0, "far": 7})
    slots.settle([("new", BAR), ("old", BAR), ("far", BAR)])
    assert slots.all() == {"old": 0, "new": 1, "far": 7}


def test_who_moves_to_other_siblings_keeps_the_number_where_it_is_free() -> None:
    slots = Slots()
    slots.settle([("a", BAR), ("b", BAR), ("c", RAIL)])
    slots.settle([("b", RAIL)])
    assert slots.of("b") == 1
    slots.settle([("a", RAIL)])
    assert slots.of("a") == 2, "0 is taken by c, 1 by b"
