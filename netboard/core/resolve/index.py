"""The facts of one host with the look-ups that resolving needs, each recorded as a dependency of who made it.

Every look-up has a key (`Dep`): a fact's own key, or an entry of a secondary index, such as ("nsid", namespace, 3) or
("named", namespace, "docker0"). `update` tells which of these keys answer differently after a fact has changed;
`reads` collects those that were asked since it was last emptied.
"""

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from netboard.core.facts import keys
from netboard.core.kinds import kind_of
from netboard.core.model import Container, FactKey, Facts, Link, Namespace, Network, Source

Dep = tuple[Hashable, ...]
Entry = tuple[Dep, Hashable]
Fact = Link | Namespace | Container | Network

_NAME_OPTION: Final = "com.docker.network.bridge.name"
_VNI_OPTION: Final = "com.docker.network.driver.overlay.vxlanid_list"


class Attached(NamedTuple):
    """One endpoint, as a network counts it."""

    container: str
    running: bool
    address: str
    address6: str


class Counts:
    """What a network's endpoints add up to."""

    __slots__ = ("addresses", "containers", "running")

    def __init__(self) -> None:
        self.containers = 0
        self.running = 0
        self.addresses: dict[str, int] = {}
        """How many endpoints have an address, by address without prefix length."""

    def add(self, one: Attached, by: int) -> None:
        """Count an endpoint (1), or no longer (-1)."""
        self.containers += by
        self.running += by if one.running else 0
        for address in (one.address, one.address6):
            if address:
                left = self.addresses.get(address, 0) + by
                if left:
                    self.addresses[address] = left
                else:
                    self.addresses.pop(address, None)


def is_running(container: Container) -> bool:
    """Whether it has processes: running, paused, or about to run again."""
    return container.state in ("running", "paused", "restarting")


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]


def mount_path(path: str) -> str:
    """A namespace's path as the kernel shows it: `/var/run` is a link to `/run`."""
    return path[4:] if path.startswith("/var/run/") else path


def bridge_name(network: Network) -> str:
    """The name of the bridge that the engine makes for a network; empty where it makes none in the host's namespace."""
    if network.driver != "bridge":
        return ""
    options = dict(network.options)
    if options.get(_NAME_OPTION):
        return options[_NAME_OPTION]
    return "docker0" if network.name == "bridge" else f"br-{network.id[:12]}"


class Index:
    """Facts by key, and by what else they are looked up. Every look-up records what was asked."""

    def __init__(self) -> None:
        self.reads: set[Dep] = set()
        self.facts = Facts("")
        self._kept: dict[FactKey, Fact] = {}
        self._sets: dict[Dep, set[Hashable]] = {}
        self._counts: dict[str, Counts] = {}
        self._sources: dict[str, Source] = {}

    # ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, facts: Facts) -> None:
        """Take all facts at once; only for an index that is still empty."""
        self.facts = facts
        self._sources = dict(facts.sources)
        sets = self._sets
        for key in keys(facts):
            fact = _fact(facts, key) if key[0] != "host" else None
            if fact is None:
                continue
            self._kept[key] = fact
            for dep, member in _entries(fact, None):
                members = sets.get(dep)
                if members is None:
                    sets[dep] = {member}
                elif member not in members:
                    members.add(member)
                else:
                    continue
                if isinstance(member, Attached):
                    self._counts.setdefault(str(dep[1]), Counts()).add(member, 1)

    def update(self, facts: Facts, key: FactKey) -> set[Dep]:
        """Take the fact with this key as `facts` has it now. Tells whose answers differ."""
        self.facts = facts
        changed: set[Dep] = {key}
        if key[0] == "host":
            for name in self._sources.keys() | facts.sources.keys():
                if self._sources.get(name) != facts.sources.get(name):
                    changed.add(("source", name))
            self._sources = dict(facts.sources)
            return changed
        old, new = self._kept.get(key), _fact(facts, key)
        if new is None:
            self._kept.pop(key, None)
        else:
            self._kept[key] = new
        before, after = set(_entries(old, new)), set(_entries(new, old))
        for dep, member in before - after:
            self._remove(dep, member, changed)
        for dep, member in after - before:
            self._add(dep, member, changed)
        if key[0] == "link":
            changed.add(("links", key[1]))
        return changed

    def tenant(self, container: str, before: str, after: str) -> set[Dep]:
        """A container lives in another namespace than before (empty: in none that is known)."""
        changed: set[Dep] = set()
        if before:
            self._remove(("tenants", before), container, changed)
        if after:
            self._add(("tenants", after), container, changed)
        return changed

    def _add(self, dep: Dep, member: Hashable, changed: set[Dep]) -> None:
        members = self._sets.get(dep)
        if members is None:
            members = self._sets[dep] = set()
        if dep[0] != "ports" or not members:
            changed.add(dep)
        members.add(member)
        if isinstance(member, Attached):
            self._counts.setdefault(str(dep[1]), Counts()).add(member, 1)

    def _remove(self, dep: Dep, member: Hashable, changed: set[Dep]) -> None:
        members = self._sets[dep]
        members.discard(member)
        if dep[0] != "ports" or not members:
            changed.add(dep)
        if not members:
            del self._sets[dep]
        if isinstance(member, Attached):
            self._counts[str(dep[1])].add(member, -1)
            if not members:
                del self._counts[str(dep[1])]

    # ── looking up ───────────────────────────────────────────────────────────────────────────────────────────────

    def link(self, namespace: str, ifindex: int) -> Link | None:
        """The device with this index in the namespace with this key; None also while the namespace is not known."""
        key, known = ("link", namespace, ifindex), ("known", namespace)
        self.reads.add(key)
        self.reads.add(known)
        if known not in self._sets:
            return None
        found = self._kept.get(key)
        return found if isinstance(found, Link) else None

    def namespace(self, key: str) -> Namespace | None:
        """The namespace with this key."""
        self.reads.add(("namespace", key))
        found = self._kept.get(("namespace", key))
        return found if isinstance(found, Namespace) else None

    def container(self, id: str) -> Container | None:
        """The container with this engine id."""
        self.reads.add(("container", id))
        found = self._kept.get(("container", id))
        return found if isinstance(found, Container) else None

    def network(self, id: str) -> Network | None:
        """The network with this engine id."""
        self.reads.add(("network", id))
        found = self._kept.get(("network", id))
        return found if isinstance(found, Network) else None

    def counts(self, network: str) -> Counts:
        """What the endpoints of a network add up to."""
        self.reads.add(("on", network))
        return self._counts.get(network) or Counts()

    def source(self, name: str) -> Source | None:
        """Whether a source speaks; None before it first said so."""
        self.reads.add(("source", name))
        return self._sources.get(name)

    def links(self, namespace: str) -> list[Link]:
        """All devices of a namespace, by ifindex. Whoever asks is asked again at every change of any of them."""
        self.reads.add(("links", namespace))
        self.reads.add(("known", namespace))
        found: list[Link] = []
        if ("known", namespace) not in self._sets:
            return found
        for ifindex in sorted(self._sets.get(("inside", namespace), ()), key=_number):
            link = self._kept[("link", namespace, _number(ifindex))]
            if isinstance(link, Link):
                found.append(link)
        return found

    def numbers(self, *dep: Hashable) -> list[int]:
        """An index whose members are numbers, sorted."""
        self.reads.add(dep)
        found = self._sets.get(dep)
        return sorted(map(_number, found)) if found else []

    def words(self, *dep: Hashable) -> list[str]:
        """An index whose members are words, sorted."""
        self.reads.add(dep)
        found = self._sets.get(dep)
        return sorted(map(str, found)) if found else []

    def word(self, *dep: Hashable) -> str:
        """The one member of such an index (the least, should there be several); empty where there is none."""
        self.reads.add(dep)
        found = self._sets.get(dep)
        if not found:
            return ""
        return str(next(iter(found))) if len(found) == 1 else min(map(str, found))

    def has(self, *dep: Hashable) -> bool:
        """Whether an index has members under this key."""
        self.reads.add(dep)
        return dep in self._sets


def _number(value: Hashable) -> int:
    return value if isinstance(value, int) else -1


def _fact(facts: Facts, key: FactKey) -> Fact | None:
    kind, id = key[0], key[1]
    if kind == "link":
        return facts.links.get((id, key[2])) if len(key) == 3 and isinstance(key[2], int) else None
    if kind == "namespace":
        return facts.namespaces.get(id)
    return facts.containers.get(id) if kind == "container" else facts.networks.get(id)


def _entries(fact: Fact | None, other: Fact | None) -> Iterator[Entry]:
    """Under what a fact is found. Only what may differ from `other`, where that can be told cheaply."""
    match fact:
        case Link():
            yield from _of_link(fact)
        case Namespace():
            yield from _of_namespace(fact, other if isinstance(other, Namespace) else None)
        case Container():
            yield from _of_container(fact)
        case Network():
            yield from _of_network(fact)


def _of_link(link: Link) -> Iterator[Entry]:
    namespace, ifindex = link.namespace, link.ifindex
    yield ("inside", namespace), ifindex
    yield ("kind", namespace, ifindex), link.kind
    yield ("named", namespace, link.name), ifindex
    if link.master:
        yield ("ports", namespace, link.master), ifindex
        yield ("port list", namespace, link.master), ifindex
    if kind_of(link.kind).relation == "peer":
        yield ("pairs", ifindex), namespace


def _of_namespace(namespace: Namespace, other: Namespace | None) -> Iterator[Entry]:
    key = namespace.key
    yield ("known", key), True
    if namespace.is_host:
        yield ("host namespace",), key
    nsids = namespace.nsids
    if other is not None:
        # A host's own namespace numbers a thousand others: only the difference is looked at.
        nsids = () if other.nsids == nsids else tuple(set(nsids) - set(other.nsids))
    for nsid, there in nsids:
        yield ("nsid", key, nsid), there
    for container in namespace.containers:
        yield ("cgroup", container), key
    for pid in namespace.pids:
        yield ("pid", pid), key
    for name in namespace.names:
        yield ("path", mount_path(name)), key
        yield ("paths", key), name


def _of_container(container: Container) -> Iterator[Entry]:
    running = is_running(container)
    for endpoint in container.endpoints:
        address, address6 = bare(endpoint.address), bare(endpoint.address6)
        yield ("on", endpoint.network), Attached(container.id, running, address, address6)
        if running:
            for value in (address, address6, endpoint.mac):
                if value:
                    yield ("claim", endpoint.network, value), container.id


def _of_network(network: Network) -> Iterator[Entry]:
    yield ("driver", network.id), network.driver
    name = bridge_name(network)
    if name:
        yield ("bridge", name), network.id
    if network.driver == "overlay":
        yield ("overlay", network.id[:10]), network.id
        for vni in dict(network.options).get(_VNI_OPTION, "").split(","):
            if vni.strip().isdecimal():
                yield ("vni", int(vni)), network.id
