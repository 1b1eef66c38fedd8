"""Small random worlds: few names and numbers, so that facts refer to each other often, rightly and wrongly.

Hypothesis chooses the seed; the world and what happens to it follow from that.
"""

from random import Random

from netboard.core.facts import copy, difference
from netboard.core.model import (
    Address,
    Container,
    Endpoint,
    Facts,
    FactsChange,
    Link,
    Namespace,
    Network,
    PublishedPort,
    Source,
    Subnet,
)

SPACES = ("aaaaaa.1", "aaaaaa.2", "aaaaaa.3", "aaaaaa.4")
HOME = SPACES[0]
CONTAINERS = tuple(letter * 64 for letter in "cde")
NETWORKS = ("0" * 64, "1" * 64, "v" * 25)
ADDRESSES = ("", "10.0.0.2/24", "10.0.0.3/24")
MACS = ("", "02:42:00:00:00:01", "02:42:00:00:00:02")
NAMES = ("eth0", "docker0", f"br-{'0' * 12}", f"br-{'7' * 12}", "<img onerror=1>")
PATHS = ((), ("/run/docker/netns/s",), (f"/run/docker/netns/1-{'v' * 10}",))
DETAILS: tuple[tuple[tuple[str, str | int | bool], ...], ...] = (
    (),
    (("link", 2), ("vni", 7)),
    (("local", "10.0.0.2"), ("vni", 8)),
)
KINDS = ("veth", "veth", "veth", "bridge", "macvlan", "vxlan", "vlan", "nic", "strange")


def link(random: Random) -> Link:
    """Any device."""
    pick = random.choice
    return Link(
        pick(SPACES),
        random.randint(1, 4),
        pick(NAMES),
        pick(KINDS),
        pick(MACS),
        1500,
        random.random() < 0.8,
        random.random() < 0.8,
        "up",
        master=pick((0, 0, 1, 2, 3)),
        link=pick((0, 1, 2, 3, 4)),
        link_nsid=pick((-1, 0, 1)),
        addresses=(Address(pick(ADDRESSES[1:])),) if random.random() < 0.5 else (),
        detail=pick(DETAILS),
    )


def namespace(random: Random) -> Namespace:
    """Any namespace; most of them number others."""
    key = random.choice(SPACES)
    numbers = {nsid: random.choice(SPACES) for nsid in (0, 1) if random.random() < 0.8}
    return Namespace(
        key,
        5,
        is_host=key == HOME,
        names=random.choice(PATHS),
        pids=random.choice(((), (7,), (8,))),
        commands=("sh",),
        containers=tuple(sorted(random.sample(CONTAINERS, random.choice((0, 0, 1, 2))))),
        nsids=tuple(sorted(numbers.items())),
    )


def container(random: Random) -> Container:
    """Any container."""
    pick = random.choice
    endpoints = tuple(
        Endpoint(network, pick(("net", "bridge")), address=pick(ADDRESSES), mac=pick(MACS))
        for network in random.sample(NETWORKS, random.choice((0, 1, 2)))
    )
    return Container(
        pick(CONTAINERS),
        pick(("web", "db")),
        "image",
        pick(("running", "running", "running", "exited", "paused", "odd")),
        network_mode=pick(("net", "net", "host", "none", *(f"container:{id}" for id in CONTAINERS))),
        pid=pick((0, 7, 8)),
        sandbox=pick(("", "/var/run/docker/netns/s")),
        endpoints=endpoints,
        ports=(PublishedPort("::", 80, 80, "tcp"),) if random.random() < 0.3 else (),
        status=pick(("", "", "unhealthy")),
    )


def network(random: Random) -> Network:
    """Any network."""
    pick = random.choice
    options = (
        (),
        (("com.docker.network.bridge.name", "eth0"),),
        (("com.docker.network.driver.overlay.vxlanid_list", "7"),),
    )
    subnets = ((), (Subnet("10.0.0.0/24", "10.0.0.1"),), (Subnet("fd00::/64"), Subnet("10.0.0.0/30")))
    return Network(
        pick(NETWORKS),
        pick(("net", "bridge")),
        pick(("bridge", "bridge", "macvlan", "overlay", "host")),
        subnets=pick(subnets),
        options=pick(options),
    )


def _put_link(facts: Facts, random: Random) -> None:
    one = link(random)
    facts.links[(one.namespace, one.ifindex)] = one


def _put_pair(facts: Facts, random: Random) -> None:
    """Two ends that name each other; the namespaces number each other, or (undecidable) do not."""
    here, there = random.choice(SPACES), random.choice(SPACES)
    first, second = random.sample(range(1, 5), 2) if here == there else (random.randint(1, 4), random.randint(1, 4))
    nsids = (-1, -1) if here == there else random.choice(((0, 1), (0, 1), (0, -1), (-1, -1)))
    for space, ifindex, other, nsid in ((here, first, second, nsids[0]), (there, second, first, nsids[1])):
        shown = 0 if first == second and random.random() < 0.5 else other
        facts.links[(space, ifindex)] = link(random)._replace(
            namespace=space, ifindex=ifindex, kind="veth", link=shown, link_nsid=nsid
        )
    for space, nsid, target in ((here, nsids[0], there), (there, nsids[1], here)):
        old = facts.namespaces.get(space, namespace(random)._replace(key=space, is_host=space == HOME))
        numbers = dict(old.nsids) | ({nsid: target} if nsid >= 0 else {})
        facts.namespaces[space] = old._replace(nsids=tuple(sorted(numbers.items())))


def _put_carrier(facts: Facts, random: Random) -> None:
    """A bridge of the host, or a device of an overlay's namespace or inside a container."""
    one = link(random)
    if random.random() < 0.6:
        one = one._replace(namespace=HOME, kind="bridge", name=random.choice(NAMES[:4]))
    else:
        one = one._replace(kind=random.choice(("macvlan", "vxlan", "bridge")), link=random.choice((1, 2, 3)))
    facts.links[(one.namespace, one.ifindex)] = one


def _put_namespace(facts: Facts, random: Random) -> None:
    one = namespace(random)
    facts.namespaces[one.key] = one


def _put_container(facts: Facts, random: Random) -> None:
    one = container(random)
    facts.containers[one.id] = one


def _put_network(facts: Facts, random: Random) -> None:
    one = network(random)
    facts.networks[one.id] = one


def _change_engine(facts: Facts, random: Random) -> None:
    facts.sources["engine"] = Source(random.choice(("live", "live", "stale")))


def _remove_link(facts: Facts, random: Random) -> None:
    if facts.links:
        del facts.links[random.choice(list(facts.links))]


def _remove_namespace(facts: Facts, random: Random) -> None:
    if facts.namespaces:
        key = random.choice(list(facts.namespaces))
        del facts.namespaces[key]
        for at in [at for at in facts.links if at[0] == key]:
            del facts.links[at]


def _remove_engine_object(facts: Facts, random: Random) -> None:
    if facts.containers and random.random() < 0.5:
        del facts.containers[random.choice(list(facts.containers))]
    elif facts.networks:
        del facts.networks[random.choice(list(facts.networks))]


_HAPPENINGS = (
    _put_link,
    _put_link,
    _put_pair,
    _put_pair,
    _put_carrier,
    _put_carrier,
    _put_namespace,
    _put_container,
    _put_container,
    _put_network,
    _change_engine,
    _remove_link,
    _remove_namespace,
    _remove_engine_object,
)


def later(facts: Facts, random: Random, happenings: int) -> Facts:
    """The same world after so many random happenings."""
    world = copy(facts)
    for _ in range(happenings):
        random.choice(_HAPPENINGS)(world, random)
    return world


def world(random: Random) -> Facts:
    """The facts of host `h`: most of what may be there is there."""
    facts = Facts("h", sources={"engine": Source("live")})
    for _ in range(5):
        _put_namespace(facts, random)
        _put_network(facts, random)
        _put_container(facts, random)
    return later(facts, random, 16)


def steps(before: Facts, after: Facts) -> list[FactsChange]:
    """What the two sources tell on the way from one world to another."""
    return [
        FactsChange(
            "kernel",
            namespaces=difference(before.namespaces, after.namespaces),
            links=difference(before.links, after.links),
        ),
        FactsChange(
            "engine",
            state=after.sources["engine"],
            containers=difference(before.containers, after.containers),
            networks=difference(before.networks, after.networks),
        ),
    ]


def dumps(after: Facts) -> list[FactsChange]:
    """What the two sources tell after a fresh dump of this world."""
    return [
        FactsChange(
            "engine", True, state=after.sources["engine"], containers=after.containers, networks=after.networks
        ),
        FactsChange("kernel", True, namespaces=after.namespaces, links=after.links),
    ]
