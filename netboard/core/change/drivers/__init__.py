"""One file per driver: what a network of it may be asked for, what may be wrong, and what it becomes on the board."""

from netboard.core.change.drivers import bridge, builtin, overlay, vlan
from netboard.core.change.drivers.base import Driver

DRIVERS: dict[str, Driver] = {
    "bridge": bridge.judge,
    "macvlan": vlan.judge,
    "ipvlan": vlan.judge,
    "overlay": overlay.judge,
    "host": builtin.judge,
    "none": builtin.judge,
}
