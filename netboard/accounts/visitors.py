"""Where a request comes from."""

import ipaddress

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The visitor's address; empty where there is none (a unix socket). Proxies are resolved by the server before."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64]


def is_loopback(request: HttpRequest) -> bool:
    """Whether the request was made on this machine, without a proxy between.

    A proxy on the same machine that forwards adds a header; then its visitor is not on this machine.
    """
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
