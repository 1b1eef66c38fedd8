"""What things that do not answer have in common: forty containers on one dead bridge are one alert, which names them.

a network whose bridge is down          ─► the network, at once
all that is asked on a network is bad   ─► the network
all that is asked on a host is bad, on  ─► the host
  several networks
several that one container is part of   ─► the container
the rest                                ─► each its own monitor's
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

SHARE: Final = 0.8
"""The share of what is asked on a network or host that has to be bad, for it to be the cause."""
SEVERAL: Final = 2


class Thing(NamedTuple):
    """One thing that is asked and about which something is known."""

    key: str
    """The monitor and what tells its series apart."""
    network: str
    """The node of the network on the way; empty where none is known."""
    container: str
    """The node of the container that it is about; empty: none."""
    bad: bool


class Group(NamedTuple):
    """Bad things that have one cause. `thing`: the node, or the only member's key."""

    cause: Literal["host", "network", "container", "monitor"]
    thing: str
    evidence: str
    members: tuple[str, ...]


def group(host: str, things: Sequence[Thing], broken: Iterable[str] = ()) -> list[Group]:
    """The bad things of one host by cause; `broken`: networks whose bridge is down or missing."""
    dead = set(broken)
    by_network = _by(things, lambda each: each.network)
    bad = [each for each in things if each.bad]
    networks = {
        network: "bridge_down" if network in dead else "all_silent"
        for network, known in by_network.items()
        if any(each.bad for each in known) and (network in dead or _mostly_bad(known))
    }
    if len(networks) >= SEVERAL and _mostly_bad(things) and not networks.keys() & dead:
        return [Group("host", host, "all_silent", tuple(each.key for each in bad))]
    found: list[Group] = []
    rest: list[Thing] = []
    members: dict[str, list[str]] = defaultdict(list)
    for each in bad:
        if each.network in networks:
            members[each.network].append(each.key)
        else:
            rest.append(each)
    found += [Group("network", network, networks[network], tuple(keys)) for network, keys in members.items()]
    for container, known in _by(rest, lambda each: each.container).items():
        if len(known) >= SEVERAL:
            found.append(Group("container", container, "several", tuple(each.key for each in known)))
            rest = [each for each in rest if each.container != container]
    return found + [Group("monitor", each.key, "", (each.key,)) for each in rest]


def _by(things: Iterable[Thing], name: Callable[[Thing], str]) -> Mapping[str, list[Thing]]:
    found: dict[str, list[Thing]] = defaultdict(list)
    for each in things:
        key = name(each)
        if key:
            found[key].append(each)
    return found


def _mostly_bad(things: Sequence[Thing]) -> bool:
    bad = sum(each.bad for each in things)
    return bad >= SEVERAL and bad >= SHARE * len(things)
