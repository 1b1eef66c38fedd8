"""macvtap: a macvlan whose other end is a character device, for virtual machines."""

from typing import Final

from netboard.core.kinds import macvlan
from netboard.core.kinds.kind import Kind

KIND: Final = Kind("macvtap", relation="lower", detail=macvlan.detail)
