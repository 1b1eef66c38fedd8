"""Sends signed orders to the agents' queues."""

from collections.abc import Mapping

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from netboard.core import signing
from netboard.core.errors import BusUnavailable
from netboard.core.model import Json


def send(host: str, key: str, verb: str, spec: Mapping[str, Json] | None = None, kind: str = "operations") -> None:
    """Put one order into a host's queue, over a connection of its own. Raises `BusUnavailable` within some seconds."""
    sender = Sender()
    try:
        sender.send(host, key, verb, spec, kind)
    finally:
        sender.close()


class Sender:
    """Keeps a connection for each host and kind of work, which have key prefixes of their own. For one thread."""

    def __init__(self) -> None:
        self._apps: dict[tuple[str, str], Celery] = {}

    def send(
        self, host: str, key: str, verb: str, spec: Mapping[str, Json] | None = None, kind: str = "operations"
    ) -> None:
        """Put an order, signed with the host's key, into the host's queue. Raises `BusUnavailable`."""
        envelope = signing.sign(signing.order(host, verb, spec), key)
        try:
            self._app(host, kind).send_task(
                signing.TASK, args=[envelope], queue=signing.queue(host, kind), expires=signing.LIFE, retry=False
            )
        except (OperationalError, OSError) as error:
            raise BusUnavailable(
                "Redis does not answer, so the host's agent could not be asked; try again.",
                params={"reason": type(error).__name__},
            ) from error

    def close(self) -> None:
        """Close all connections."""
        for app in self._apps.values():
            app.close()
        self._apps.clear()

    def _app(self, host: str, kind: str) -> Celery:
        app = self._apps.get((host, kind))
        if app is None:
            app = self._apps[host, kind] = Celery(
                "netboard.board", set_as_current=False, broker=settings.NETBOARD.broker
            )
            app.conf.update(
                task_serializer="json",
                task_ignore_result=True,
                broker_connection_timeout=3,
                broker_transport_options={
                    "global_keyprefix": signing.key_prefix(host, kind),
                    "socket_connect_timeout": 3,
                    "socket_timeout": 5,
                    "max_retries": 1,
                },
            )
        return app
