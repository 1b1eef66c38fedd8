"""What the board tells a host's agent: an envelope signed with the key that the host got at enrolment.

    board: sign(order, key) ──► queue host.<id>.operations ──► agent: read(envelope, key, host)

The signature is HMAC-SHA256 over the order's canonical JSON (sorted keys, no spaces, UTF-8). It binds host, verb, spec
and time: an envelope for another host, altered, or older than its expiry is refused. Replays within its life are
harmless, as every verb is an `ensure`.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Final, TypedDict, cast

from netboard.core.errors import Forbidden
from netboard.core.model import Json

TASK: Final = "netboard.carry_out"
"""The name of the agent's one Celery task; its one argument is a `Signed`."""
LIFE: Final = 300
"""Seconds for which an envelope counts if nothing else is said: longer than any queue should wait."""
SKEW: Final = 30
"""Seconds that the clocks of board and host may differ."""


class Order(TypedDict):
    """What a host's agent is to do. `issued` and `expires`: seconds since the epoch."""

    host: str
    verb: str
    spec: dict[str, Json]
    issued: int
    expires: int


class Signed(TypedDict):
    """An order with its signature, in hex."""

    order: Order
    signature: str


def queue(host: str, kind: str = "operations") -> str:
    """The Celery queue of one of a host's workers; `kind` is `operations` or `probes`."""
    return f"host.{host}.{kind}"


def key_prefix(host: str, kind: str = "operations") -> str:
    """The `global_keyprefix` of a broker connection for one kind of a host's work: kombu's bookkeeping is shared within
    one, and with it the time after which unacknowledged tasks are given to somebody else."""
    return f"netboard:host:{host}:" if kind == "operations" else f"netboard:host:{host}:{kind}:"


def order(host: str, verb: str, spec: Mapping[str, Json] | None = None, life: int = LIFE) -> Order:
    """An order issued now, which counts for `life` seconds."""
    issued = int(time.time())
    return Order(host=host, verb=verb, spec=dict(spec or {}), issued=issued, expires=issued + life)


def sign(what: Order, key: str) -> Signed:
    """The order with its signature. `key`: the host's, as text."""
    return Signed(order=what, signature=_signature(what, key))


def read(envelope: object, key: str, host: str, now: float | None = None) -> Order:
    """The order inside, if it is meant for this host, unaltered and in time. Raises `Forbidden`; `code` says why not:
    `order_malformed`, `order_signature`, `order_host`, `order_expired`."""
    if not key:
        raise _refused("order_signature", "This host has no key; enrol it.")
    what, signature = _parts(envelope)
    if not hmac.compare_digest(signature.encode(), _signature(what, key).encode()):
        raise _refused("order_signature", "The order's signature is wrong; its sender does not hold this host's key.")
    if what["host"] != host:
        raise _refused("order_host", f"The order is for host {what['host']}, not for {host}.")
    moment = time.time() if now is None else now
    if not what["issued"] - SKEW <= moment <= what["expires"] + SKEW:
        raise _refused("order_expired", "The order is too old, or the clocks of board and host differ.")
    return what


def _parts(envelope: object) -> tuple[Order, str]:
    malformed = _refused("order_malformed", "This is no signed order.")
    if not isinstance(envelope, dict):
        raise malformed
    what, signature = envelope.get("order"), envelope.get("signature")
    if not isinstance(what, dict) or not isinstance(signature, str) or what.keys() != Order.__annotations__.keys():
        raise malformed
    for name, kind in (("host", str), ("verb", str), ("spec", dict), ("issued", int), ("expires", int)):
        if not isinstance(what[name], kind) or isinstance(what[name], bool):
            raise malformed
    return cast("Order", what), signature


def _signature(what: Order, key: str) -> str:
    text = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _refused(code: str, sentence: str) -> Forbidden:
    return Forbidden(sentence, code=code)
