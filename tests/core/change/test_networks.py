"""Plans for networks, on the host that conftest draws."""

from dataclasses import replace

import pytest

from netboard.core.change.plan import plan
from netboard.core.change.preview import Preview
from netboard.core.change.specs import NetworkCreate, NetworkRecreate, asked, parse
from netboard.core.change.world import Claim, Pool, World
from netboard.core.errors import Missing


def codes(preview: Preview, severity: str = "refuse") -> set[str]:
    return {finding.code for finding in preview.findings if finding.severity == severity}


def create(world: World, **fields: object) -> Preview:
    return plan(parse("network.create", {"name": "new", **fields}), world)


def test_a_network_without_wishes_gets_the_next_free_subnet_that_no_host_has(world: World) -> None:
    preview = create(world)
    assert isinstance(preview.spec, NetworkCreate)
    assert (preview.spec.subnet, preview.spec.gateway) == ("10.100.1.0/24", "10.100.1.1")
    assert not preview.findings
    assert preview.claims == [("name", "new"), ("subnet", "10.100.1.0/24")]
    assert preview.commands == ["docker network create -d bridge --subnet 10.100.1.0/24 --gateway 10.100.1.1 new"]
    assert [n["name"] for n in preview.nodes] == ["new"]


def test_what_is_promised_to_others_is_not_chosen(world: World) -> None:
    promised = replace(world, claims=[Claim("op1", subnet="10.100.1.0/24", name="soon")])
    preview = create(promised)
    assert isinstance(preview.spec, NetworkCreate)
    assert preview.spec.subnet == "10.100.2.0/24"
    assert codes(plan(parse("network.create", {"name": "soon"}), promised)) == {"name_claimed"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"subnet": "10.5.0.128/25"}, "subnet_overlaps", id="part of another network"),
        pytest.param({"subnet": "192.168.7.128/25"}, "subnet_host_route", id="half of the LAN"),
        pytest.param({"subnet": "192.168.0.0/16"}, "subnet_host_route", id="around the LAN"),
        pytest.param({"subnet": "127.4.0.0/16"}, "subnet_special_purpose", id="loopback"),
        pytest.param({"subnet": "0.0.0.0/1"}, "subnet_special_purpose", id="half of everything"),
        pytest.param({"name": "web"}, "name_taken", id="a name that is taken"),
        pytest.param({"driver": "none"}, "driver_builtin_none", id="what articles suggest"),
        pytest.param({"driver": "host"}, "driver_builtin_host", id="a second host network"),
        pytest.param({"driver": "macvlan", "subnet": "10.70.0.0/24"}, "parent_needed", id="macvlan without a parent"),
        pytest.param(
            {"driver": "macvlan", "subnet": "10.70.0.0/24", "parent": "nope"}, "parent_missing", id="no such parent"
        ),
        pytest.param(
            {"driver": "macvlan", "subnet": "10.70.0.0/24", "parent": "par0"}, "parent_busy", id="a parent in use"
        ),
        pytest.param(
            {"driver": "macvlan", "subnet": "10.70.0.0/24", "parent": "lo"}, "parent_kind", id="loopback as a parent"
        ),
        pytest.param({"driver": "overlay"}, "swarm_inactive", id="overlay without a swarm"),
        pytest.param({"bridge": "eth0"}, "bridge_name_taken", id="a bridge called like a device"),
        pytest.param({"ipv6": True, "mtu": 1000}, "mtu_below_ipv6", id="an MTU too small for IPv6"),
    ],
)
def test_what_is_refused(world: World, fields: dict[str, object], code: str) -> None:
    assert code in codes(create(world, **fields))


def test_a_macvlan_network_may_have_its_parents_own_lan(world: World) -> None:
    preview = create(world, driver="macvlan", parent="eth0", subnet="192.168.7.0/24", gateway="192.168.7.1")
    # netboard itself is reached there, so that one stays refused; the LAN as such is no obstacle.
    assert codes(preview) == {"subnet_service"}
    assert "host_apart" in codes(preview, "warn")
    assert preview.commands[0].endswith("-o parent=eth0 new")


def test_outside_the_pools_is_a_warning_and_a_reserved_part_is_refused(world: World) -> None:
    pool = Pool("p1", "team", "10.200.0.0/16", reserved=("10.200.0.0/24",))
    pooled = replace(world, pools=[pool])
    assert codes(create(pooled, subnet="10.201.0.0/24"), "warn") == {"subnet_outside_pools"}
    assert codes(create(pooled, subnet="10.200.0.0/25")) == {"subnet_pool_reserved"}
    chosen = create(pooled).spec
    assert isinstance(chosen, NetworkCreate)
    assert chosen.subnet == "10.200.1.0/24"


def test_an_overlap_with_another_host_is_a_warning(world: World) -> None:
    assert codes(create(world, subnet="10.100.0.0/25"), "warn") == {"subnet_on_other_host"}


def test_a_network_in_use_is_not_deleted_and_who_uses_it_is_named(world: World) -> None:
    preview = plan(parse("network.delete", {"network": "web"}), world)
    assert codes(preview) == {"network_in_use"}
    assert {f.object for f in preview.findings} == {"h1.c.shop", "h1.c.db"}
    assert codes(plan(parse("network.delete", {"network": "bridge"}), world)) == {"network_builtin"}
    free = plan(parse("network.delete", {"network": "plant"}), world)
    assert not free.refused
    assert free.removed_nodes == ["h1.w.plant"]


def test_recreating_keeps_what_was_not_asked_for_and_says_who_is_interrupted(world: World) -> None:
    preview = plan(parse("network.recreate", {"network": "web", "mtu": 1400}), world)
    assert isinstance(preview.spec, NetworkRecreate)
    assert (preview.spec.changes.subnet, preview.spec.changes.mtu) == ("10.5.0.0/24", 1400)
    assert not preview.refused
    assert codes(preview, "warn") == {"interrupted"}
    assert parse("network.recreate", asked(preview.spec)) == preview.spec
    assert preview.commands[0] == "docker network disconnect web shop"
    assert preview.commands[-1] == "docker network connect --ip 10.5.0.3 web db"
    moved = plan(parse("network.recreate", {"network": "web", "subnet": "10.6.0.0/24"}), world)
    assert "address_not_kept" in codes(moved, "warn")


def test_what_is_bound_reads_back_to_the_same(world: World) -> None:
    spec = create(world, ipv6=True, labels={"team": "a"}).spec
    assert parse("network.create", asked(spec)) == spec


def test_a_missing_object_is_said_to_be_missing(world: World) -> None:
    with pytest.raises(Missing):
        plan(parse("network.delete", {"network": "nobody"}), world)
