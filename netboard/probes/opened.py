"""What administrators opened for sweeps: networks that reach beyond the machine, and ranges."""

from django.db import IntegrityError, transaction

from netboard.accounts.access import Visible
from netboard.accounts.audit import Actor, record
from netboard.core.errors import Conflict, Invalid, Missing
from netboard.core.probes import limits
from netboard.networks import reading
from netboard.operations.models import Pool
from netboard.probes import expected
from netboard.probes.models import OpenedRange


def of(host: str) -> list[str]:
    """Full ids of networks and CIDRs that are opened on a host."""
    rows = OpenedRange.objects.filter(host=host).values_list("network", "cidr")
    return sorted({network or cidr for network, cidr in rows})


def cidrs(host: str) -> list[str]:
    """The CIDRs that are opened on a host."""
    rows = OpenedRange.objects.filter(host=host, network="").values_list("cidr", flat=True)
    return sorted(set(rows))


def pools(host: str) -> list[str]:
    """The subnets of this host's pools."""
    return sorted(set(Pool.objects.filter(host__in=("", host)).values_list("subnet", flat=True)))


def add(actor: Actor, visible: Visible, host: str, network: str = "", cidr: str = "", reason: str = "") -> OpenedRange:
    """Open a network or a range of one host. Raises `Invalid`, `Missing`, `Conflict`."""
    if bool(network) == bool(cidr):
        raise Invalid("Say either a network or a range.", field="cidr", code="network_or_range")
    row = OpenedRange(host=host, reason=reason[:300], person=actor.person, name=actor.name[:150])
    if cidr:
        row.cidr = str(limits.parse(cidr))
        reading.hosts(visible, host)
    else:
        node = reading.find(visible, "network", network, host)
        net = expected.net_of(node)
        if net.driver in limits.INSIDE or not net.subnets:
            raise Invalid(
                f"{net.name} does not reach beyond its hosts; it need not be opened.",
                field="network",
                code="nothing_to_open",
            )
        row.network, row.network_name = net.id, net.name[:300]
    try:
        with transaction.atomic():
            record(actor, "sweeps.open", row.network_name or row.cidr, host=host, network=row.network, reason=reason)
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("That is open already.", code="opened_already") from error
    return row


def remove(actor: Actor, visible: Visible, row_id: int) -> None:
    """Close it again; sweeps of it that were asked for before are not sent any more. Raises `Missing`."""
    row = OpenedRange.objects.filter(pk=row_id).first()
    if row is None or not visible.sees(row.host):
        raise Missing("There is no such opened range (any more).", code="opened_missing")
    with transaction.atomic():
        record(actor, "sweeps.close", row.network_name or row.cidr, host=row.host, network=row.network)
        row.delete()
