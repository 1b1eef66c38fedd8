"""Webhooks: one signed POST to an address that an administrator set, and to no other.

The name is resolved once and exactly that address is connected to, so that no second answer of a name server leads
elsewhere; addresses that no service of people has (link-local, multicast, unspecified, reserved) are refused, and a
redirect is an error, never followed.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import time
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from netboard.core.errors import Invalid, Refused, Unavailable

TIMEOUT: Final = 10.0
"""Seconds that each step may take."""
SIGNATURE: Final = "X-Netboard-Signature"
TIMESTAMP: Final = "X-Netboard-Timestamp"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC of `<timestamp>.<body>` in hex: what a receiver computes as well, and compares."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def check(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an URL that may be called. Raises `Invalid` with the field `target`."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not port or not parts.hostname or parts.username or parts.fragment or any(ord(c) < 33 for c in url):
        raise Invalid("A webhook is an http or https URL without user and fragment.", field="target", code="webhook")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port, path


def post(url: str, secret: str, body: bytes, headers: dict[str, str]) -> None:
    """Send a body of JSON, signed. Raises `Invalid`, `Refused` (address), `Unavailable` (no answer, or none of 2xx)."""
    scheme, host, port, path = check(url)
    timestamp = str(int(time.time()))
    sent = {
        **headers,
        "Content-Type": "application/json",
        "User-Agent": "netboard",
        TIMESTAMP: timestamp,
        SIGNATURE: signature(secret, timestamp, body),
    }
    try:
        connection = _connect(scheme, host, port)
        try:
            connection.request("POST", path, body, sent)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"It does not answer: {error}.", code="webhook_silent") from error
    if not 200 <= status < 300:
        raise Unavailable(f"It answers {status}.", code="webhook_status", params={"status": status})


def _connect(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    address = ip_address(str(where[0]).partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    if mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified or mapped.is_reserved:
        raise Refused(f"{host} is {mapped}, which is no address of a service.", code="webhook_address")
    wire = socket.socket(family, socket.SOCK_STREAM)
    try:
        wire.settimeout(TIMEOUT)
        wire.connect(where)
        if scheme == "https":
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
    except BaseException:
        wire.close()
        raise
    made = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    made.sock = wire
    return made
