"""What each driver and each kind of device is good for and where it ends: for people who come from an article."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from netboard.networks.words_drivers import DRIVERS

LEARN: Mapping[str, object] = {
    **{f"driver_{driver}": text for driver, text in DRIVERS.items()},
    "kind_veth": _(
        "A cable with two ends: what goes into one comes out of the other. One end is in the container (eth0), "
        "the other on the host, usually as a port of a bridge. If one end is down, so is the other."
    ),
    "kind_bridge": _(
        "A switch in the kernel: frames go to the port behind which their MAC address was last seen. Its own "
        "address is usually the gateway of the containers. If it is switched off, all its ports lose each other."
    ),
    "kind_macvlan": _(
        "A second MAC address on another device, in a namespace of its own. It talks to the network behind that "
        "device, not to the host that owns it."
    ),
    "kind_ipvlan": _("A second network stack on another device with that device's MAC address."),
    "kind_vxlan": _(
        "A tunnel: it packs Ethernet frames into UDP and sends them to other hosts, which makes one network of "
        "several. Each packet is 50 bytes longer on the wire."
    ),
    "kind_vlan": _("A device for one VLAN tag of the device below it: tagged frames only."),
    "kind_tun": _("The end of a tunnel whose other end is a program, such as a VPN: tun carries packets, tap frames."),
    "kind_loopback": _("Leads back to the same namespace: 127.0.0.1 in a container is that container, not the host."),
    "kind_nic": _("A physical or virtual card: the way out of the host."),
    "kind_bond": _("Several cards that act as one."),
    "kind_namespace": _(
        "A network stack of its own: interfaces, addresses, routes and firewall. Each container has one unless it"
        " shares. It lives as long as a process or a mount holds it."
    ),
    "kind_container": _(
        "Processes with namespaces of their own. Its network namespace decides which interfaces and routes it "
        "has; each network it is attached to is one interface."
    ),
    "kind_host": _(
        "A machine with a Docker Engine. Its own namespace holds the cards, the bridges and the hosts' ends."
    ),
    "nat": _(
        "Published ports are rules: the host answers on its own address and port and passes the packets on to the"
        " container (DNAT). On the way out the host puts its own address in place of the container's "
        "(masquerading)."
    ),
}

STATES: Mapping[str, object] = {
    "up": _("works, as far as the kernel and the engine tell"),
    "degraded": _("works, but something is wrong: see its warnings"),
    "down": _("does not work"),
    "paused": _("frozen: its interfaces answer at kernel level, its processes do not"),
    "stopped": _("not running; it keeps its place on the board"),
    "unknown": _("nobody tells"),
}
