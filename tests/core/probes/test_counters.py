"""From two readings of counters to rates: what counts, what turned, what was replaced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.core.probes.counters import Counters, Meter, Reading, grown

ZERO: Counters = (0, 0, 0, 0, 0, 0, 0, 0)


def received(packets: int, size: int) -> Counters:
    """A device that received so many packets and bytes."""
    return (packets, 0, size, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "growth"),
    [
        pytest.param(5, 9, 4, id="it counts on"),
        pytest.param(2**32 - 10, 20, 30, id="a narrow one turned"),
        pytest.param(2**64 - 10, 20, 30, id="a wide one turned"),
        pytest.param(1_000_000, 3, None, id="a small one fell: it was replaced"),
        pytest.param(2**40, 2**39, None, id="one between narrow and wide fell: it was replaced"),
    ],
)
def test_what_a_counter_grew_by(before: int, after: int, growth: int | None) -> None:
    assert grown(before, after) == growth


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 1))
@settings(max_examples=100, deadline=None)
def test_a_narrow_counter_tells_any_growth_below_half_of_its_range(before: int, growth: int) -> None:
    assert grown(before, (before + growth) % 2**32) == growth


def test_only_who_counted_has_rates_over_the_time_between_its_own_readings() -> None:
    meter = Meter()
    assert meter.take([Reading("a", 10.0, {1: ZERO, 2: received(7, 700)}), Reading("b", 10.5, {1: ZERO})]) == {}
    rates = meter.take(
        [Reading("a", 12.0, {1: ZERO, 2: received(9, 1700)}), Reading("b", 14.5, {1: received(4, 400), 2: ZERO})]
    )
    assert rates == {("a", 2): (1.0, 0, 500.0, 0, 0, 0, 0, 0), ("b", 1): (1.0, 0, 100.0, 0, 0, 0, 0, 0)}


def test_a_replaced_device_is_silent_once_and_then_counts_anew() -> None:
    meter = Meter()
    meter.take([Reading("a", 0.0, {2: received(1000, 90_000)})])
    assert meter.take([Reading("a", 1.0, {2: received(1, 60)})]) == {}
    assert meter.take([Reading("a", 2.0, {2: received(3, 180)})]) == {("a", 2): (2.0, 0, 120.0, 0, 0, 0, 0, 0)}


def test_a_namespace_that_was_away_begins_anew() -> None:
    meter = Meter()
    meter.take([Reading("a", 0.0, {2: ZERO})])
    meter.take([])
    assert meter.take([Reading("a", 5.0, {2: received(5, 500)})]) == {}


def test_readings_at_one_moment_give_no_rate_and_are_not_the_base_of_the_next() -> None:
    meter = Meter()
    meter.take([Reading("a", 0.0, {2: ZERO})])
    assert meter.take([Reading("a", 0.001, {2: received(1, 100)})]) == {}
    assert meter.take([Reading("a", 1.0, {2: received(2, 200)})]) == {("a", 2): (2.0, 0, 200.0, 0, 0, 0, 0, 0)}
