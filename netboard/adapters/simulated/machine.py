"""One simulated host: its facts, and how they change when a container starts or stops.

[ens3] uplink          [ens4] ◄─lower─ [ens4.30] ◄─lower─ [eth0 macvlan in a container]
[eth0 in a container] ─peer─ [vethN] ─port─► [br-…]
[eth1 in a container] ─peer─ [vethN] ─port─► [br0] ◄─port─ [vxlan0]     in the overlay's own namespace
"""

import hashlib
from ipaddress import ip_network
from itertools import count
from random import Random

from netboard.adapters.simulated.cast import NETWORKS, OVERLAY, SERVICES, STOPPED, Service
from netboard.core import facts as fact_changes
from netboard.core.ids import namespace_key
from netboard.core.model import (
    Address,
    Container,
    Endpoint,
    Engine,
    Facts,
    FactsChange,
    Link,
    Namespace,
    Network,
    PublishedPort,
    Route,
    Source,
    Subnet,
)

EPOCH = 1_750_000_000
"""When the simulated machines were made: seconds since the epoch."""
_VNI = 4097


def digest(*parts: object) -> str:
    """64 hex digits that depend on all parts, as the engine's ids look."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


class Machine:
    """One host of a fleet. `number` is its place in the fleet (from 0); equal arguments give equal facts."""

    def __init__(self, name: str, number: int, containers: int, seed: int) -> None:
        self.number = number
        self.seed = seed
        self._boot = digest(seed, name, "boot")[:32]
        self._cookies = count(1)
        self._indexes = count(2)
        self._pids = count(1200 + number % 97)
        self._nsids = count(0)
        self.facts = Facts(
            name,
            title=name,
            boot=self._boot,
            engine=Engine("28.4.0", "1.51", "6.12.0", "Debian GNU/Linux 13 (trixie)", "active", name),
            sources={"engine": Source("live"), "kernel": Source("live")},
        )
        self.home = self.space()
        self._overlay_space = ""
        self.indexes: dict[str, int] = {}
        """Of the host's own devices, by name."""
        self._addresses: dict[str, int] = {}
        self._services: dict[str, Service] = {}
        self._make_host()
        for place in range(containers):
            self._make_container(place)

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def space(self) -> str:
        """The key of a new namespace."""
        return namespace_key(self._boot, 0x1000 + next(self._cookies))

    def index(self) -> int:
        """The ifindex of a new device."""
        return next(self._indexes)

    def pid(self) -> int:
        """The id of a new process."""
        return next(self._pids)

    def put(self, link: Link) -> None:
        """Add a device."""
        self.facts.links[(link.namespace, link.ifindex)] = link

    def mac(self, *parts: object) -> str:
        """A locally administered MAC."""
        text = digest(self.seed, self.facts.host, "mac", *parts)
        return "02:42:" + ":".join(text[at : at + 2] for at in range(0, 8, 2))

    def loopback(self, space: str) -> Link:
        """The `lo` of a namespace."""
        addresses = (Address("127.0.0.1/8", "host"), Address("::1/128", "host"))
        return Link(space, 1, "lo", "loopback", "00:00:00:00:00:00", 65536, True, True, "unknown", addresses=addresses)

    def own(
        self, name: str, kind: str, address: str = "", link: int = 0, detail: tuple[tuple[str, int], ...] = ()
    ) -> Link:
        """Make a device of the host's own namespace."""
        ifindex = self.index()
        self.indexes[name] = ifindex
        addresses = (Address(address),) if address else ()
        made = Link(
            self.home, ifindex, name, kind, self.mac(name), 1500, True, True, "up", 0, link, -1, addresses, detail
        )
        self.put(made)
        return made

    def network(self, name: str) -> Network:
        """One of its networks; raises KeyError for a name that it has not."""
        return self.facts.networks[self._network_ids[name]]

    # ── the host ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_host(self) -> None:
        self.put(self.loopback(self.home))
        low, high = self.number % 250 + 2, self.number // 250
        self.own("ens3", "nic", f"10.20.{high}.{low}/16")
        trunk = self.own("ens4", "nic")
        self.own("ens4.30", "vlan", link=trunk.ifindex, detail=(("id", 30),))
        self._network_ids: dict[str, str] = {}
        for part in NETWORKS:
            shared = part.driver == "overlay"
            id = digest(self.seed, "fleet" if shared else self.facts.host, "network", part.name)
            id = id[:25] if shared else id
            self._network_ids[part.name] = id
            subnets = (Subnet(part.subnet, part.gateway),) if part.subnet else ()
            labels = (("com.docker.compose.project", part.project),) if part.project else ()
            options: tuple[tuple[str, str], ...] = ()
            if part.driver == "macvlan":
                options = (("parent", "ens4.30"),)
            elif shared:
                options = (("com.docker.network.driver.overlay.vxlanid_list", str(_VNI)),)
            self.facts.networks[id] = Network(
                id,
                part.name,
                part.driver,
                scope="swarm" if shared else "local",
                internal=part.internal,
                attachable=shared,
                subnets=subnets,
                options=options,
                labels=labels,
                created="2026-06-15T08:00:00.000Z",
            )
            if part.driver == "bridge":
                prefix = part.subnet.partition("/")[2]
                self.own("docker0" if part.name == "bridge" else f"br-{id[:12]}", "bridge", f"{part.gateway}/{prefix}")
        gateway = Route(254, 4, "default", gateway="10.20.255.254", oif=self.indexes["ens3"], protocol="static")
        self.facts.namespaces[self.home] = Namespace(
            self.home,
            4026531840,
            is_host=True,
            pids=(1,),
            commands=("systemd",),
            routes=(gateway,),
            sysctls=(("net.ipv4.ip_forward", "1"),),
        )

    def number_space(self, space: str, other: str) -> int:
        """How a namespace numbers another one: a new id."""
        nsid = next(self._nsids)
        kept = self.facts.namespaces[space]
        self.facts.namespaces[space] = kept._replace(nsids=tuple(sorted((*kept.nsids, (nsid, other)))))
        return nsid

    def _overlay(self) -> str:
        """The overlay's own namespace, made when its first endpoint is."""
        if self._overlay_space and self._overlay_space in self.facts.namespaces:
            return self._overlay_space
        space = self._overlay_space = self.space()
        network = self.network(OVERLAY)
        self.facts.namespaces[space] = Namespace(
            space,
            4026540000 + self.number,
            names=(f"/run/docker/netns/1-{network.id[:10]}",),
            nsids=((0, self.home),),
        )
        self.number_space(self.home, space)
        self.put(self.loopback(space))
        bridge, vxlan = self.index(), self.index()
        addresses = (Address("10.90.0.1/16"),)
        self.put(Link(space, bridge, "br0", "bridge", self.mac("br0"), 1450, True, True, "up", addresses=addresses))
        detail = (("link", self.indexes["ens3"]), ("port", 4789), ("vni", _VNI))
        self.put(
            Link(
                space, vxlan, "vxlan0", "vxlan", self.mac("vxlan0"), 1450, True, True, "unknown", bridge, 0, 0
            )._replace(detail=detail)
        )
        return space

    # ── containers ───────────────────────────────────────────────────────────────────────────────────────────────

    def _make_container(self, place: int) -> None:
        service = SERVICES[place % len(SERVICES)]
        turn = place // len(SERVICES)
        name = service.name if not turn else f"{service.name}-{turn + 1}"
        id = digest(self.seed, self.facts.host, "container", name)
        self._services[id] = service
        labels = (("com.docker.compose.project", service.project),) if service.project else ()
        mode = service.networks[0] if service.networks else f"container:{self._named(service.share)}"
        ports = tuple(PublishedPort("0.0.0.0", host + turn, inner, proto) for host, inner, proto in service.ports)
        endpoints = tuple(
            Endpoint(self.network(n).id, n, aliases=(name, service.name) if turn else (name,)) for n in service.networks
        )
        self.facts.containers[id] = Container(
            id,
            name,
            service.image,
            "exited" if service.name == STOPPED else "created",
            network_mode=mode,
            labels=labels,
            endpoints=endpoints,
            ports=ports,
            created=EPOCH + place * 60,
            command=service.command,
        )
        if service.name != STOPPED:
            self._start(id)

    def _named(self, name: str) -> str:
        return next(id for id, one in self.facts.containers.items() if one.name == name)

    def start(self, id: str) -> list[FactsChange]:
        """Start a container; what its kernel and then its engine say of it."""
        before = fact_changes.copy(self.facts)
        self._start(id)
        return self._differences(before)

    def _start(self, id: str) -> None:
        container = self.facts.containers[id]
        pid = self.pid()
        mode = container.network_mode
        if mode == "host" or mode.startswith("container:"):
            self.facts.containers[id] = container._replace(state="running", pid=pid)
            return
        space = self.space()
        path = f"/run/docker/netns/{id[:12]}"
        self.facts.namespaces[space] = Namespace(
            space,
            4026550000 + pid,
            names=(path,),
            pids=(pid,),
            commands=(container.command.split()[0],),
            containers=(id,),
            nsids=((0, self.home),),
            sysctls=(("net.ipv4.ip_forward", "0"),),
        )
        self.put(self.loopback(space))
        nsid = self.number_space(self.home, space)
        endpoints = tuple(
            self._plug(id, space, nsid, place, endpoint) for place, endpoint in enumerate(container.endpoints)
        )
        self.facts.containers[id] = container._replace(
            state="running", pid=pid, sandbox=f"/var{path}", endpoints=endpoints
        )

    def _plug(self, id: str, space: str, nsid: int, place: int, endpoint: Endpoint) -> Endpoint:
        network = self.network(endpoint.network_name)
        if network.driver in ("host", "null"):
            return endpoint._replace(endpoint=digest(id, network.id))
        address = self._address(id, network)
        mac = self.mac(id, network.name)
        inner = Link(
            space,
            self.index(),
            f"eth{place}",
            "veth",
            mac,
            1500,
            True,
            True,
            "up",
            link=self.index(),
            link_nsid=0,
            addresses=(Address(address),),
        )
        if network.driver == "macvlan":
            inner = inner._replace(kind="macvlan", link=self.indexes["ens4.30"], detail=(("mode", "bridge"),))
        else:
            self._other_end(id, inner, nsid, network)
        if network.driver == "overlay":
            there = self._overlay_space
            kept = self.facts.namespaces[space]
            self.facts.namespaces[space] = kept._replace(nsids=(*kept.nsids, (1, there)))
            inner = inner._replace(link_nsid=1, mtu=1450)
        self.put(inner)
        gateway = network.subnets[0].gateway
        return endpoint._replace(endpoint=digest(id, network.id), address=address, gateway=gateway, mac=mac)

    def _other_end(self, id: str, inner: Link, nsid: int, network: Network) -> None:
        space, master = self.home, 0
        name = f"veth{digest(id, network.id)[:7]}"
        if network.driver == "overlay":
            space = self._overlay()
            nsid = self.number_space(space, inner.namespace)
            master = next(i for (s, i), link in self.facts.links.items() if s == space and link.name == "br0")
        else:
            master = self.indexes["docker0" if network.name == "bridge" else f"br-{network.id[:12]}"]
        mac = self.mac(name)
        self.put(Link(space, inner.link, name, "veth", mac, inner.mtu, True, True, "up", master, inner.ifindex, nsid))

    def _address(self, id: str, network: Network) -> str:
        """The lowest address that nobody had; what spans hosts is apart by host; a container keeps its own."""
        whole = ip_network(network.subnets[0].subnet)
        key = f"{id}/{network.id}"
        if key not in self._addresses:
            taken = {n for k, n in self._addresses.items() if k.endswith(network.id)}
            shared = network.driver in ("overlay", "macvlan")
            first = 2 + (self.number * 32 % 65000 if shared else 0)
            self._addresses[key] = next(n for n in count(first) if n not in taken)
        return f"{whole[self._addresses[key] % whole.num_addresses]}/{whole.prefixlen}"

    def stop(self, id: str) -> list[FactsChange]:
        """Stop a container; what the kernel and then the engine say of it."""
        before = fact_changes.copy(self.facts)
        container = self.facts.containers[id]
        gone = {key for key, space in self.facts.namespaces.items() if space.containers == (id,)}
        for key in gone:
            del self.facts.namespaces[key]
        for at, link in list(self.facts.links.items()):
            there = dict(self.facts.namespaces[at[0]].nsids).get(link.link_nsid) if at[0] not in gone else None
            if at[0] in gone or there in gone:
                del self.facts.links[at]
        for key, space in self.facts.namespaces.items():
            left = tuple(one for one in space.nsids if one[1] not in gone)
            self.facts.namespaces[key] = space._replace(nsids=left)
        endpoints = tuple(e._replace(endpoint="", address="", gateway="", mac="") for e in container.endpoints)
        self.facts.containers[id] = container._replace(
            state="exited", pid=0, sandbox="", endpoints=endpoints, status=""
        )
        return self._differences(before)

    def stir(self, random: Random) -> list[FactsChange]:
        """A container stops, or one that stands still starts; what the sources say of it. Nothing, on an empty host.

        Those whose namespace others share, and those without one of their own, are left in peace.
        """
        shared = {one.network_mode.partition(":")[2] for one in self.facts.containers.values()}
        able = sorted(
            id
            for id, one in self.facts.containers.items()
            if id not in shared and one.network_mode != "host" and not one.network_mode.startswith("container:")
        )
        stopped = [id for id in able if self.facts.containers[id].state != "running"]
        running = sorted(set(able).difference(stopped))
        if not able:
            return []
        if not running or len(stopped) > 1 or (stopped and random.random() < 0.3):
            return self.start(random.choice(stopped))
        return self.stop(random.choice(running))

    def _differences(self, before: Facts) -> list[FactsChange]:
        after = self.facts
        kernel = FactsChange(
            "kernel",
            namespaces=fact_changes.difference(before.namespaces, after.namespaces),
            links=fact_changes.difference(before.links, after.links),
        )
        return [kernel, FactsChange("engine", containers=fact_changes.difference(before.containers, after.containers))]
