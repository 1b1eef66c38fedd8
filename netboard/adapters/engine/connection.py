"""One connection to an engine: only GET requests, each with a timeout, every failure one of our errors."""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

import docker
import requests
from docker.utils import convert_filters

from netboard.adapters.engine import parse
from netboard.adapters.engine.edge import OLDEST_API, RAISED, mapped, too_old
from netboard.core.model import Engine

Event = parse.Api
Inbox = queue.SimpleQueue[Event | None]
"""Events in their order; None: the stream ended, and nothing follows."""

_ANY_API: Final = f"{OLDEST_API[0]}.{OLDEST_API[1]}"
_EVENTS: Final = {
    "type": ["container", "network"],
    "event": [
        *("create", "start", "die", "pause", "unpause", "rename", "destroy", "health_status"),
        *("connect", "disconnect", "remove"),
    ],
}
"""What changes a fact of ours. The rest (every health check alone makes three events) is not even sent."""


class Connection:
    """The engine behind `address`. `timeout`: seconds for one answer. Raises `EngineUnavailable` and `Missing` only."""

    def __init__(self, address: str, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        with self._edge():
            _knock(address, timeout)
            # A fixed version sends nothing; /version itself is asked without one, which every engine understands.
            asking = docker.APIClient(base_url=address, version=_ANY_API, timeout=cast("int", timeout))
        try:
            with self._edge():
                self._version = _object(asking.version(api_version=False))
        finally:
            asking.close()
        spoken = str(self._version.get("ApiVersion", ""))
        if not _numbers(spoken):
            raise mapped(ValueError("no version of the API"), address)
        if _numbers(spoken) < OLDEST_API:
            raise too_old(str(self._version.get("Version", "")), spoken)
        with self._edge():
            self._client = docker.APIClient(base_url=address, version=spoken, timeout=cast("int", timeout))

    @property
    def timeout(self) -> float:
        """Seconds that one answer may take."""
        return self._timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._timeout = seconds
        self._client.timeout = cast("int", seconds)

    def close(self) -> None:
        """Close all sockets that are not in use."""
        self._client.close()

    def versions(self) -> Engine:
        """What the engine said of itself when the connection was made: its versions, without asking again."""
        return parse.engine(self._version, {})

    def engine(self) -> Engine:
        """What the engine says of itself."""
        with self._edge():
            return parse.engine(self._version, _object(self._client.info()))

    def ping(self) -> None:
        """Return if the engine answers."""
        with self._edge():
            self._client.ping()

    def containers(self) -> list[parse.Api]:
        """All containers in one call, without what only an inspect tells."""
        with self._edge():
            return _objects(self._client.containers(all=True))

    def networks(self) -> list[parse.Api]:
        """All networks in one call."""
        with self._edge():
            return _objects(self._client.networks())

    def container(self, engine_id: str) -> parse.Api:
        """One container in full."""
        with self._edge():
            return _object(self._client.inspect_container(engine_id))

    def network(self, engine_id: str) -> parse.Api:
        """One network in full."""
        with self._edge():
            return _object(self._client.inspect_network(engine_id))

    def subscribe(self, inbox: Inbox) -> "Subscription":
        """Open the stream of events; when this returns, each event from now on will be in `inbox`."""
        with self._edge():
            # Not `client.events()`: that waits without limit for the answer's head, for ever if the engine is stopped.
            response = self._client.get(
                f"{self._client.base_url}/v{self._client.api_version}/events",
                params={"filters": convert_filters(_EVENTS)},
                stream=True,
                timeout=(self._timeout, self._timeout),
            )
            try:
                response.raise_for_status()
                return Subscription(response, inbox)
            except BaseException:
                response.close()
                raise

    @contextmanager
    def _edge(self) -> Iterator[None]:
        try:
            yield
        except RAISED as error:
            raise mapped(error, self._address) from error


class Subscription:
    """The stream of events, drained by a thread that does nothing else (a slow reader loses events)."""

    def __init__(self, response: requests.Response, inbox: Inbox) -> None:
        self._response = response
        self._inbox = inbox
        connection = response.raw.connection
        sock = connection.sock if connection is not None else None
        if not isinstance(sock, socket.socket):
            raise OSError("the stream of events came without a socket")
        self._socket = sock
        sock.settimeout(None)  # an engine may have nothing to tell for days; whether it lives is what pings are for
        self._thread = threading.Thread(target=self._drain, name="engine-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the stream and its thread."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already
        self._thread.join(5)
        self._response.close()

    def _drain(self) -> None:
        rest = b""
        try:
            for chunk in self._response.raw.stream(None):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    if line.strip():
                        self._inbox.put(json.loads(line))
        except RAISED:
            pass  # cut off; the reader of the inbox connects anew and learns from that what is wrong
        finally:
            self._inbox.put(None)


def _knock(address: str, timeout: float) -> None:
    """Connect to a unix socket once, and leave. Raises the plain OSError that says why not.

    The SDK would wrap it, and leaves the socket of a failed attempt to the garbage collector.
    """
    scheme, _, path = address.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(timeout)
            door.connect("/" + path.lstrip("/"))


def _object(answer: object) -> parse.Api:
    """An answer that has to be an object. Raises ValueError: it is no engine that answers otherwise."""
    if isinstance(answer, dict):
        return answer
    raise ValueError("the answer is no object")


def _objects(answer: object) -> list[parse.Api]:
    """An answer that has to be a list of objects. Raises ValueError."""
    if isinstance(answer, list):
        return [_object(each) for each in answer]
    raise ValueError("the answer is no list")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
