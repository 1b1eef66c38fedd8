"""Kinds without attributes of their own: loopback, physical devices (`nic`), dummy, ifb, wireguard, team."""

from typing import Final

from netboard.core.kinds.kind import Kind

KINDS: Final = tuple(Kind(name) for name in ("loopback", "nic", "dummy", "ifb", "wireguard", "team", "nlmon"))
