"""What netboard knows of one kind of link."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Value = str | int | bool
Detail = Mapping[str, Value]
Relation = Literal["peer", "lower", "underlay", ""]


def no_detail(data: bytes) -> Detail:
    """Of kinds that carry no attributes of their own."""
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of link: how its attributes (IFLA_INFO_DATA) read, and what its IFLA_LINK refers to.

    `detail` is given the bytes of IFLA_INFO_DATA. `relation` is `peer` (the other end of a pair), `lower` (the device
    it sits on), `underlay` (the device that carries its packets) or empty. `code` names the sentence that explains the
    kind to people (`kind_veth` …). Where `link_from` is set, that entry of the detail is the ifindex that others keep
    in IFLA_LINK.
    """

    name: str
    relation: Relation = ""
    detail: Callable[[bytes], Detail] = no_detail
    link_from: str = ""

    @property
    def code(self) -> str:
        """The code of the sentence that explains this kind."""
        return f"kind_{self.name}"


UNKNOWN: Final = Kind("unknown")
"""Stands in for every kind that has no file here; such links are shown under the kernel's own name for them."""
