"""How network namespaces number each other: an id (nsid) is a namespace's name for another, given when it is needed."""

import errno
from struct import Struct
from typing import Final

from netboard.adapters.kernel import netlink as nl
from netboard.core.kinds.attributes import attributes

_HEADER: Final = bytes(4)
_U32: Final = Struct("=HHI")
_S32: Final = Struct("=HHi")
_VALUE: Final = Struct("=i")
_NSID, _FD, _TARGET, _CURRENT = 1, 3, 4, 5
NOT_ASSIGNED: Final = -1


def id_of(route_socket: nl.RouteSocket, descriptor: int) -> int:
    """The id, in the socket's namespace, of the one behind `descriptor`; -1 where it has none. Raises OSError."""
    for kind, body in route_socket.ask(nl.RTM_GETNSID, _HEADER + _U32.pack(8, _FD, descriptor)):
        if kind == nl.RTM_NEWNSID:
            return _value(attributes(body, 4), _NSID)
    return NOT_ASSIGNED


def give_id(route_socket: nl.RouteSocket, descriptor: int) -> int:
    """The same, having it given one first where it has none: only then do its events arrive here. Raises OSError."""
    known = id_of(route_socket, descriptor)
    if known != NOT_ASSIGNED:
        return known
    try:
        route_socket.ask(nl.RTM_NEWNSID, _HEADER + _S32.pack(8, _NSID, NOT_ASSIGNED) + _U32.pack(8, _FD, descriptor))
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
    return id_of(route_socket, descriptor)


def numbers_of(route_socket: nl.RouteSocket, nsid: int) -> list[tuple[int, int]]:
    """How the namespace with this id here numbers others: pairs of its id and ours (-1: we have none). Raises OSError.

    The socket must check strictly; Linux 4.20 and newer.
    """
    found = []
    for kind, body in route_socket.dump(nl.RTM_GETNSID, _HEADER + _S32.pack(8, _TARGET, nsid)):
        if kind == nl.RTM_NEWNSID:
            told = attributes(body, 4)
            found.append((_value(told, _NSID), _value(told, _CURRENT)))
    return found


def told_id(body: bytes) -> int:
    """Of RTM_NEWNSID or RTM_DELNSID: the id it is about."""
    return _value(attributes(body, 4), _NSID)


def _value(found: dict[int, bytes], kind: int) -> int:
    return int(_VALUE.unpack(found[kind])[0]) if len(found.get(kind, b"")) == 4 else NOT_ASSIGNED
