"""What is wrong, or merely odd, on a simulated host. Which host has what follows from its number."""

from netboard.adapters.simulated.machine import Machine
from netboard.core.model import Address, Link, Namespace

FEW = 12
"""Hosts of a fleet that show everything there is to see; in those beyond, faults are as rare as people wish them."""


def afflict(machine: Machine) -> None:
    """Give a host its share: something for the eye on a small board, and nearly all of a large fleet fine."""
    many = machine.number > FEW
    _hold_pair(machine, decided=machine.number % (23 if many else 3) != 0)
    if machine.number % (29 if many else 3) == 1:
        _set_down(machine)
    if machine.number % (31 if many else 4) == 2:
        machine.own("br-" + "0123456789ab", "bridge", "172.29.0.1/24")


def _hold_pair(machine: Machine, decided: bool) -> None:
    """Two namespaces that only processes hold, with a pair between them; undecided where nothing numbers them.

    [dnsmasq: veth-a 7] ─peer─ [openvpn: veth-b 7]
    """
    spaces = (machine.space(), machine.space())
    for place, (space, command) in enumerate(zip(spaces, ("dnsmasq", "openvpn"), strict=True)):
        pid = machine.pid()
        nsids = ((0, spaces[1 - place]),) if decided else ()
        machine.facts.namespaces[space] = Namespace(
            space, 4026560000 + pid, pids=(pid,), commands=(command,), nsids=nsids
        )
        machine.put(machine.loopback(space))
        name = "veth-" + "ab"[place]
        addresses = (Address(f"10.255.0.{place + 1}/30"),)
        nsid = 0 if decided else -1
        machine.put(Link(space, 7, name, "veth", machine.mac(name), 1500, True, True, "up", 0, 7, nsid, addresses))


def _set_down(machine: Machine) -> None:
    """Somebody switched off the host's end of a pair: its container is cut off."""
    for link in machine.facts.links.values():
        if link.kind == "veth" and link.namespace == machine.home:
            machine.put(link._replace(up=False, carrier=False, operstate="down"))
            return
