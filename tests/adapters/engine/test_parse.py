"""The engine's JSON as facts: recorded answers of old and new engines, hostile ones, and nonsense."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netboard.adapters.engine import parse
from netboard.core.model import Endpoint, PublishedPort, Subnet
from tests.adapters.engine.samples import RECORDED, Sample


@pytest.fixture(scope="module", params=RECORDED)
def sample(request: pytest.FixtureRequest) -> Sample:
    return Sample(request.param)


@pytest.fixture(scope="module")
def old() -> Sample:
    return Sample("engine-20.10.json")


@pytest.fixture(scope="module")
def new() -> Sample:
    return Sample("engine-29.json")


def test_list_with_known_details_says_what_an_inspect_says(sample: Sample) -> None:
    """Otherwise every check would find differences that are none."""
    assert sample.listed.keys() == sample.inspected.keys()
    for name, inspected in sample.inspected.items():
        assert parse.overlay(sample.listed[name], inspected) == inspected


def test_container_on_two_networks(old: Sample) -> None:
    web = old.inspected["web"]
    assert (web.state, web.network_mode, web.image, web.command) == (
        "running",
        "demo",
        "netboard/busybox",
        "sleep 1000",
    )
    assert web.pid > 0
    assert web.sandbox.startswith("/")
    assert web.labels == (("com.docker.compose.project", "shop"),)
    assert web.ports == (PublishedPort("127.0.0.1", 32768, 80, "tcp"),)
    demo, two = web.endpoints
    assert demo == Endpoint(
        network=old.networks["demo"].id,
        network_name="demo",
        endpoint=demo.endpoint,
        address="10.91.0.7/24",
        gateway="10.91.0.1",
        mac="02:42:0a:5b:00:07",
        aliases=("www", web.id[:12]),
        static=True,
    )
    assert (two.network_name, two.address, two.static) == ("two", "172.18.0.2/16", False)


def test_states_modes_and_health(old: Sample) -> None:
    listed = old.listed
    assert (listed["six"].state, listed["done"].state) == ("paused", "exited")
    assert (listed["ill"].status, old.inspected["ill"].status) == ("unhealthy", "unhealthy")
    assert listed["joined"].network_mode == f"container:{listed['web'].id}"
    assert listed["onover"].network_mode == "over"
    assert (listed["linked"].network_mode, listed["host"].network_mode) == ("bridge", "host")
    assert listed["ports"].name == "ports"  # not /linked/alias, which a link gives it too
    published = {(port.host_ip, port.container_port) for port in listed["ports"].ports}
    assert published == {("0.0.0.0", 80), ("::", 80), ("0.0.0.0", 53), ("::", 53)}  # 99 is exposed, not published


def test_endpoint_of_a_container_that_never_ran_finds_its_network_by_name(old: Sample) -> None:
    api = next(each for each in old.api["inspected"].values() if each["Name"] == "/made")
    named = {"two": {**api["NetworkSettings"]["Networks"]["two"], "NetworkID": ""}}
    never = {**api, "NetworkSettings": {"Networks": named}}
    (endpoint,) = parse.from_inspect(never, old.mirror.find).endpoints
    assert endpoint.network == old.networks["two"].id


def test_networks_with_their_address_plans(old: Sample) -> None:
    demo, six = old.networks["demo"], old.networks["v6"]
    assert demo.subnets == (Subnet("10.91.0.0/24", "10.91.0.1", "10.91.0.128/25", (("router", "10.91.0.5"),)),)
    assert demo.labels == (("a", "b"),)
    assert (six.ipv6, six.internal, six.attachable) == (True, True, True)
    assert [each.subnet for each in six.subnets] == ["10.94.0.0/24", "fd00:94::/64"]
    assert ("com.docker.network.bridge.name", "br-six") in six.options
    assert (old.networks["none"].driver, old.networks["none"].subnets) == ("null", ())


def test_swarm_networks(old: Sample) -> None:
    over, ingress = old.networks["over"], old.networks["ingress"]
    assert (over.driver, over.scope, over.attachable, over.ingress, len(over.id)) == (
        "overlay",
        "swarm",
        True,
        False,
        25,
    )
    assert (ingress.scope, ingress.ingress) == ("swarm", True)
    assert old.listed["onover"].endpoints[0].network == over.id


def test_hostile_names_stay_as_they_are(old: Sample) -> None:
    hostile = next(each for each in old.networks.values() if each.name.startswith("<img"))
    assert hostile.name == "<img src=x onerror=alert(1)>\n\u202e" + "n" * 40
    assert ("com.docker.compose.project", "<b>") in hostile.labels


def test_newer_engines(new: Sample) -> None:
    web, done, app = new.inspected["web"], new.inspected["done"], new.networks["app"]
    assert (web.status, done.status) == ("unhealthy", "")
    (endpoint,) = web.endpoints
    assert (endpoint.address6, endpoint.gateway6, endpoint.aliases) == ("fd00:93::2/64", "fd00:93::1", ("www",))
    assert web.ports == (PublishedPort("0.0.0.0", 8080, 80, "tcp"), PublishedPort("::", 8080, 80, "tcp"))
    assert app.subnets[1].gateway == "fd00:93::1"
    engine = parse.engine(new.api["version"], new.api["info"])
    assert (engine.version, engine.api_version, engine.swarm) == ("29.1.0", "1.52", "inactive")


def test_text_that_utf8_cannot_carry_is_replaced() -> None:
    network = parse.network({"Id": "x", "Name": "a\ud800b", "Labels": {"k\udfff": "v"}})
    assert (network.name, network.labels) == ("a?b", (("k?", "v"),))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = (
    *("Id", "Names", "Status", "State", "Config", "HostConfig", "NetworkSettings", "Networks", "Ports", "Labels"),
    *("IPAM", "Options", "Created", "Args", "IPAMConfig", "Aliases", "80/tcp", "PublicPort", "HostPort", "Swarm"),
)
_api = st.recursive(
    st.dictionaries(st.sampled_from(_KEYS), _json, max_size=6),
    lambda inner: st.dictionaries(st.sampled_from(_KEYS), inner | st.lists(inner, max_size=2), max_size=4),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(_api)
def test_nonsense_reads_as_nothing_told(api: dict[str, Any]) -> None:
    for made in (parse.from_list(api), parse.from_inspect(api), parse.network(api), parse.engine(api, api)):
        assert hash(made) is not None
