"""What this process may do in the kernel."""

from typing import Final

from netboard.adapters.kernel.netlink import denied

_NEEDED: Final = {11: "CAP_NET_BROADCAST", 12: "CAP_NET_ADMIN", 19: "CAP_SYS_PTRACE", 21: "CAP_SYS_ADMIN"}
"""To hear of all namespaces; to give them ids; to see which process is in which; to enter them."""


def missing_rights(status: str) -> list[str]:
    """The rights that netboard needs and this process lacks, from the text of /proc/PID/status."""
    held = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)
    return [name for number, name in _NEEDED.items() if not held >> number & 1]


def demand_rights() -> None:
    """Raises `KernelUnavailable` (`kernel_denied`), naming all that is missing."""
    with open("/proc/thread-self/status", encoding="utf-8", errors="replace") as file:
        missing = missing_rights(file.read())
    if missing:
        raise denied(", ".join(missing))
