"""What each driver of networks is good for and where it ends: for the board, and beside the choice of a driver."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

DRIVERS: Mapping[str, object] = {
    "bridge": _(
        "A bridge is a switch inside the kernel. Containers on it reach each other by address, and by name if it "
        "is not the default one; the outside only through the host, which hides them behind its own address "
        "(NAT). From outside, only published ports lead in. It ends at this host."
    ),
    "host": _(
        "The container has no network of its own: it uses the host's interfaces and ports, as fast as the host "
        "and as exposed. Two containers cannot use the same port, and nothing has to be published."
    ),
    "none": _(
        "The container has a namespace with nothing but loopback: nobody reaches it and it reaches nobody. Good "
        "for jobs that need no network."
    ),
    "null": _(
        "The driver behind “none”: the container has nothing but loopback. There is one such network on each engine."
    ),
    "overlay": _(
        "One network across several hosts: frames travel inside VXLAN packets (UDP 4789) between them. It needs a"
        " swarm and a smaller MTU; the kernel shows nothing of it on a host until a container there is attached."
    ),
    "macvlan": _(
        "Each container gets a MAC address of its own directly on the parent's network, as if it were plugged in "
        "there; no NAT and no published ports. By design the host itself cannot reach its own macvlan containers,"
        " and many Wi-Fi and cloud networks refuse further MAC addresses."
    ),
    "ipvlan": _(
        "Like macvlan, but all containers share the parent's MAC address: for networks that allow one MAC per "
        "port. In mode l3 the host routes and there is no broadcast. The host cannot reach its own containers "
        "through the parent."
    ),
}
