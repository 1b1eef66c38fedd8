"""Which addresses the board answers to: hosts, origins, and whether cookies need TLS. Pure: settings in, lists out."""

from typing import NamedTuple
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Reach(NamedTuple):
    """How browsers reach the board."""

    hosts: list[str]
    """For ALLOWED_HOSTS."""
    origins: list[str]
    """Exactly those that a browser may send as Origin: scheme, host, and port unless it is the scheme's own."""
    secure: bool
    """Browsers come over TLS."""


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _origin(scheme: str, host: str, port: int | None) -> str:
    own = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{_bracket(host)}" + ("" if port in (None, own) else f":{port}")


def reach(bind: str, port: int, url: str) -> Reach:
    """What follows from `bind`, `port` and `url`. Loopback is always an allowed host: health checks come that way.

    Raises ValueError where `url` is not an http or https address.
    """
    hosts = [_bracket(host) for host in LOOPBACK]
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"NETBOARD_URL must look like https://board.example, not {url!r}.")
        return Reach(
            [*hosts, _bracket(parts.hostname)],
            [_origin(parts.scheme, parts.hostname, parts.port)],
            parts.scheme == "https",
        )
    names = [*LOOPBACK]
    if bind not in ("0.0.0.0", "::", *LOOPBACK):
        names.append(bind)
        hosts.append(_bracket(bind))
    return Reach(hosts, [_origin("http", name, port) for name in names], False)
