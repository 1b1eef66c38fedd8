"""veth: a pair of devices; what goes into one comes out of the other, usually in another namespace."""

from typing import Final

from netboard.core.kinds.kind import Kind

KIND: Final = Kind("veth", relation="peer")
