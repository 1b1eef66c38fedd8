"""What an answer, or silence, means: what was asked and heard, beside what the engine and the kernel know.

heard + expected ─► kind (endpoint, gateway, kernel, stranger, silent, free) + why, as phrases
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypedDict

from netboard.core.model import Container, Json
from netboard.core.operations import Phrase
from netboard.core.probes.model import Kind, Known, Method, Result

_STOPPED: Final = frozenset({"created", "exited", "dead", "removing"})


class Heard(TypedDict):
    """What one address said; the fields mean what they mean in `model.Result`."""

    address: str
    alive: bool
    method: Method | None
    rtt_us: float | None
    macs: list[str]
    ports: dict[str, Literal["open", "closed", "silent"]]
    duplicates: int
    late: bool
    wrong_sender: str


class Device(NamedTuple):
    """What a look into an endpoint's namespace found: its device, by the endpoint's MAC."""

    up: bool
    has_address: bool


class Expected(NamedTuple):
    """Who should be at an address."""

    known: Known
    state: str = ""
    """The engine's word for the container's state; empty where it is none, or unknown."""
    device: Device | None = None


def expected_of(containers: Iterable[Container], network: str, told: Iterable[Known]) -> dict[str, Expected]:
    """Who should be at which address of a network (full engine id; empty: of any), by the engine's list, then by what
    the board told."""
    states = {}
    found: dict[str, Expected] = {}
    for container in containers:
        states[container.id] = container.state
        for endpoint in container.endpoints:
            if network and endpoint.network != network:
                continue
            for address in filter(None, (endpoint.address, endpoint.address6)):
                bare = address.split("/")[0]
                known = Known(
                    address=bare, mac=endpoint.mac, container=container.id, name=container.name, kind="endpoint"
                )
                found[bare] = Expected(known, container.state)
    for each in told:
        state = states.get(each["container"], "gone" if each["container"] else "")
        found.setdefault(each["address"], Expected(each, state))
    return found


def row(heard: Heard, expected: Expected | None, owners: Mapping[str, str]) -> Result:
    """One row of a sweep's results. `owners`: names by MAC, to say who answers for somebody else's address."""
    known = expected.known if expected else None
    container = known["container"] if known else ""
    kind: Kind
    if heard["alive"]:
        kind, why = _alive(heard, expected, owners)
        if kind == "stranger":
            container = ""
    else:
        kind, why = ("silent" if expected else "free"), _silent(expected)
    macs = sorted(heard["macs"])
    return Result(
        address=heard["address"],
        alive=heard["alive"],
        method=heard["method"],
        rtt_us=heard["rtt_us"],
        mac=macs[0] if macs else "",
        macs=macs,
        ports=heard["ports"],
        duplicates=heard["duplicates"],
        late=heard["late"],
        wrong_sender=heard["wrong_sender"],
        kind=kind,
        container=container,
        name=known["name"] if known and kind != "stranger" else "",
        explanation=why,
    )


def _alive(
    heard: Heard, expected: Expected | None, owners: Mapping[str, str]
) -> tuple[Literal["endpoint", "gateway", "kernel", "stranger"], list[Phrase]]:
    why: list[Phrase] = []
    macs = heard["macs"]
    if len(macs) > 1:
        why.append(_phrase("conflict", macs=", ".join(sorted(macs)), owners=_names(macs, owners)))
    own = expected.known["mac"] if expected else ""
    foreign = bool(own and macs and own not in macs)
    if foreign:
        why.append(_phrase("moved", mac=macs[0], expected=own, owner=owners.get(macs[0], "")))
    gone = expected is not None and expected.state in _STOPPED | {"gone"}
    if expected is None or (gone and expected.known["kind"] == "endpoint"):
        why.append(_phrase("stranger", mac=macs[0] if macs else "", owner=_names(macs, owners)))
        kind: Literal["endpoint", "gateway", "kernel", "stranger"] = "stranger"
    else:
        kind = expected.known["kind"]
        if expected.state == "paused":
            why.append(_phrase("paused", name=expected.known["name"]))
        elif kind != "endpoint":
            why.append(_phrase("gateway" if kind == "gateway" else "kernel_address", name=expected.known["name"]))
    if heard["duplicates"]:
        why.append(_phrase("duplicates", count=heard["duplicates"]))
    if heard["late"]:
        why.append(_phrase("late"))
    return kind, why + _wrong_sender(heard)


def _silent(expected: Expected | None) -> list[Phrase]:
    if expected is None:
        return []
    name, device = expected.known["name"], expected.device
    if expected.state == "gone":
        return [_phrase("gone", name=name)]
    if expected.state in _STOPPED:
        return [_phrase("exited" if expected.state == "exited" else "stopped", name=name, state=expected.state)]
    if device is not None and not device.up:
        return [_phrase("interface_down", name=name)]
    if device is not None and not device.has_address:
        return [_phrase("no_address", name=name, address=expected.known["address"])]
    if device is not None:
        return [_phrase("filtered", name=name)]
    return [_phrase("no_answer", name=name)]


def _wrong_sender(heard: Heard) -> list[Phrase]:
    return [_phrase("wrong_sender", address=heard["wrong_sender"])] if heard["wrong_sender"] else []


def _names(macs: Iterable[str], owners: Mapping[str, str]) -> str:
    return ", ".join(sorted(owners[mac] for mac in macs if mac in owners))


def _phrase(code: str, **params: Json) -> Phrase:
    return {"code": code, "params": params}
