"""REST: what passes the devices of a host, as its counters tell."""

import functools
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from netboard.accounts.http import NodeId, identity
from netboard.core.probes.counters import NAMES
from netboard.core.probes.traffic import TrafficReader
from netboard.networks import graphs, reading
from netboard.wiring import build

router = Router()
HostName = Annotated[str, Field(min_length=1, max_length=63)]
SHOWN = 16
"""Devices whose past is told at once."""


class RatesOut(Schema):
    """Each a second."""

    rx_packets: float
    tx_packets: float
    rx_bytes: float
    tx_bytes: float
    rx_errors: float
    tx_errors: float
    rx_drops: float
    tx_drops: float


class TotalsOut(Schema):
    """Since the device was made."""

    rx_packets: int
    tx_packets: int
    rx_bytes: int
    tx_bytes: int
    rx_errors: int
    tx_errors: int
    rx_drops: int
    tx_drops: int


class CarriedOut(Schema):
    """What passes one device; received and sent are as the device itself sees it."""

    device: str
    name: str
    rates: RatesOut
    totals: TotalsOut


class TrafficOut(Schema):
    """The last sample of a host; devices that never carried anything are left out."""

    host: str
    at: str | None
    """Null: no sample was taken of late."""
    interval: float | None
    """Seconds between it and the one before: the rates are averages over that time."""
    items: list[CarriedOut]
    next: str | None = None


class PastOf(Schema):
    """Whose past."""

    host: HostName
    device: list[NodeId] = Field(min_length=1, max_length=SHOWN)


class SeriesOut(Schema):
    """One device's past; every list is as long as `at`."""

    device: str
    rx_bytes: list[float]
    tx_bytes: list[float]
    bad: list[float]
    """Errors and drops together, received and sent."""


class PastOut(Schema):
    """The samples that are kept of these devices."""

    host: str
    at: list[str]
    interval: list[float]
    items: list[SeriesOut]
    next: str | None = None


@functools.cache
def traffic_reader() -> TrafficReader:
    """What passes hosts' devices, for this process's threads."""
    return build.traffic_reader(settings.NETBOARD)


@router.get("/traffic", response=TrafficOut)
def traffic(request: HttpRequest, host: HostName) -> dict[str, Any]:
    """What passes the devices of this host now. Asking has it sampled closely for the next 15 s."""
    reading.hosts(identity(request).visible, host)
    reader = traffic_reader()
    reader.watch(host)
    latest = reader.latest(host)
    known = graphs.known(host)
    if latest is None or known is None:
        return {"host": host, "at": None, "interval": None, "items": []}
    rates, nodes = latest.traffic["rates"], known.graph.nodes
    items = [
        {
            "device": device,
            "name": nodes[device]["name"],
            "rates": dict(zip(NAMES, rates.get(device, [0.0] * len(NAMES)), strict=True)),
            "totals": dict(zip(NAMES, totals, strict=True)),
        }
        for device, totals in sorted(latest.totals.items())
        if device in nodes
    ]
    return {"host": host, "at": latest.traffic["at"], "interval": latest.traffic["interval"], "items": items}


@router.get("/traffic/past", response=PastOut)
def past(request: HttpRequest, wanted: Query[PastOf]) -> dict[str, Any]:
    """What passed some devices of this host lately: five minutes where somebody watched, two hours where nobody did."""
    reading.hosts(identity(request).visible, wanted.host)
    samples = traffic_reader().past(wanted.host)
    nothing = [0.0] * len(NAMES)
    items = []
    for each in dict.fromkeys(wanted.device):
        told = [sample["rates"].get(each, nothing) for sample in samples]
        items.append(
            {
                "device": each,
                "rx_bytes": [one[2] for one in told],
                "tx_bytes": [one[3] for one in told],
                "bad": [sum(one[4:]) for one in told],
            }
        )
    return {
        "host": wanted.host,
        "at": [one["at"] for one in samples],
        "interval": [one["interval"] for one in samples],
        "items": items,
    }
