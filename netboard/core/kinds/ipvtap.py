"""ipvtap: an ipvlan whose other end is a character device."""

from typing import Final

from netboard.core.kinds import ipvlan
from netboard.core.kinds.kind import Kind

KIND: Final = Kind("ipvtap", relation="lower", detail=ipvlan.detail)
