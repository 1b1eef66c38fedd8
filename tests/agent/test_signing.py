"""Signed orders: read by the host they are for, unaltered and in time; refused otherwise."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from netboard.core.errors import Forbidden
from netboard.core.signing import LIFE, SKEW, order, read, sign

KEY = "a key of this host alone"


def _altered(field: str, value: Any) -> dict[str, Any]:
    envelope: dict[str, Any] = json.loads(json.dumps(sign(order("h1", "recheck", {"a": [1, None]}), KEY)))
    envelope["order"][field] = value
    return envelope


def test_what_was_signed_is_read_after_its_way_as_json() -> None:
    made = order("h1", "network.create", {"name": "é\u202e", "ipv6": False, "subnets": [{"subnet": "10.0.0.0/24"}]})
    assert read(json.loads(json.dumps(sign(made, KEY))), KEY, "h1") == made


@pytest.mark.parametrize(
    ("field", "value"),
    [("verb", "remove"), ("spec", {}), ("host", "h2"), ("issued", 0), ("expires", 2**40), ("spec", {"a": [1]})],
    ids=lambda value: str(value),
)
def test_what_was_altered_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Forbidden) as refused:
        read(_altered(field, value), KEY, "h1")
    assert refused.value.code == "order_signature"


def test_other_hosts_and_other_keys_are_refused() -> None:
    envelope = sign(order("h1", "recheck"), KEY)
    for key, host, code in (
        (KEY, "h2", "order_host"),
        ("another", "h1", "order_signature"),
        ("", "h1", "order_signature"),
    ):
        with pytest.raises(Forbidden) as refused:
            read(envelope, key, host)
        assert refused.value.code == code


@pytest.mark.parametrize("late", [LIFE + SKEW + 5, -SKEW - 5], ids=["too late", "from the future"])
def test_outside_its_time_it_is_refused(late: float) -> None:
    envelope = sign(order("h1", "recheck"), KEY)
    with pytest.raises(Forbidden) as refused:
        read(envelope, KEY, "h1", now=time.time() + late)
    assert refused.value.code == "order_expired"


_nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["order", "signature", "host", "verb", "spec", "issued", "expires"]), inner)
    ),
    max_leaves=8,
)


@hypothesis_settings(max_examples=100, deadline=None)
@given(_nonsense)
def test_nonsense_is_refused(envelope: object) -> None:
    with pytest.raises(Forbidden):
        read(envelope, KEY, "h1")
