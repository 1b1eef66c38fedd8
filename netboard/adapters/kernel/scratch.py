"""How netboard's own scratch namespaces and devices are told from everybody else's, so that they appear on no board.

A scratch namespace is bind-mounted below `<run>/scratch` before any process starts in it; a device that netboard puts
into somebody else's namespace (the outer end of a scratch namespace's veth, a probe's macvlan) is created in the device
group `GROUP`. Both marks are there from the first moment that a device can be seen. Nothing is recognised by its name.
"""

import os
from pathlib import Path
from typing import Final

GROUP: Final = 0x6E657462
"""The device group (IFLA_GROUP, `ip link add … group 1852142690`) of scratch devices: the letters `netb`."""

DEFAULT_RUN: Final = Path("/run/netboard")


def folder(run: Path = DEFAULT_RUN) -> Path:
    """Where scratch namespaces are bind-mounted."""
    return run / "scratch"


def is_scratch_path(path: str, run: Path = DEFAULT_RUN) -> bool:
    """Whether a namespace bind-mounted here is netboard's own."""
    return path.startswith(f"{folder(run)}{os.sep}")


def is_scratch_group(group: int) -> bool:
    """Whether a device of this group is netboard's own."""
    return group == GROUP
