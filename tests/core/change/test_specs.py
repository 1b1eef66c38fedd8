"""Nonsense in specs: one sentence that names the field, never anything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.core.change.specs import KIND_OF, asked, parse
from netboard.core.errors import Invalid


@pytest.mark.parametrize(
    ("kind", "values", "field", "code"),
    [
        ("network.create", {}, "name", "field_missing"),
        ("network.create", {"name": "a b"}, "name", "name_invalid"),
        ("network.create", {"name": "<img onerror=x>"}, "name", "name_invalid"),
        ("network.create", {"name": "deadbeefdeadbeef"}, "name", "name_like_id"),
        ("network.create", {"name": "n", "driver": "magic"}, "driver", "field_choice"),
        ("network.create", {"name": "n", "subnet": "10.0.0.1/24"}, "subnet", "subnet_host_bits"),
        ("network.create", {"name": "n", "subnet": "fd00::/64"}, "subnet", "wrong_family"),
        ("network.create", {"name": "n", "gateway": "10.0.0.1"}, "gateway", "needs_subnet"),
        ("network.create", {"name": "n", "subnet": "10.0.0.0/24", "gateway": "10.0.1.1"}, "gateway", "outside_subnet"),
        (
            "network.create",
            {"name": "n", "subnet": "10.0.0.0/24", "gateway": "10.0.0.255"},
            "gateway",
            "outside_subnet",
        ),
        ("network.create", {"name": "n", "parent": "eth0"}, "parent", "field_of_other_driver"),
        ("network.create", {"name": "n", "driver": "ipvlan", "parent": "e", "mode": "bridge"}, "mode", "mode_unknown"),
        ("network.create", {"name": "n", "mtu": 12}, "mtu", "field_number"),
        ("network.create", {"name": "n", "mtu": True}, "mtu", "field_number"),
        ("network.create", {"name": "n", "internal": "yes"}, "internal", "field_flag"),
        ("network.create", {"name": "n", "options": {"x": "y"}}, "options", "option_unknown"),
        ("network.create", {"name": "n", "labels": {"netboard.owner": "me"}}, "labels", "label_own"),
        ("network.create", {"name": "n", "frobnicate": 1}, "frobnicate", "field_unknown"),
        ("network.connect", {"network": "n"}, "container", "field_missing"),
        ("network.connect", {"network": "n", "container": "c", "mac": "ff:ff:ff:ff:ff:ff"}, "mac", "mac_invalid"),
        (
            "container.run",
            {"name": "c", "image": "i", "network": "n", "ports": [{"container_port": 0}]},
            "container_port",
            "field_number",
        ),
        ("network.frobnicate", {}, "kind", "kind_unknown"),
    ],
)
def test_nonsense_is_told_by_field(kind: str, values: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(kind, values)
    assert (caught.value.field, caught.value.code) == (field, code)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "name",
    "driver",
    "subnet",
    "gateway",
    "network",
    "container",
    "ports",
    "aliases",
    "mtu",
    "options",
    "labels",
    "image",
)


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(sorted(KIND_OF.values())), values=st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=6)
)
def test_anything_at_all_is_read_or_refused_in_words(kind: str, values: dict[str, object]) -> None:
    try:
        spec = parse(kind, values)
    except Invalid:
        return
    assert parse(kind, asked(spec)) == spec
