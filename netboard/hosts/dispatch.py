"""Sends signed orders to the agents' queues."""

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from netboard.core import signing
from netboard.core.errors import BusUnavailable


def send(host: str, key: str, verb: str, kind: str = "operations") -> None:
    """Put an order, signed with the host's key, into the host's queue. Raises `BusUnavailable` within some seconds.

    Each host has a key prefix of its own on the broker, hence a connection of its own, closed again at once.
    """
    envelope = signing.sign(signing.order(host, verb), key)
    with Celery("netboard.board", set_as_current=False, broker=settings.NETBOARD.broker) as app:
        app.conf.update(
            task_serializer="json",
            task_ignore_result=True,
            broker_connection_timeout=3,
            broker_transport_options={
                "global_keyprefix": signing.key_prefix(host),
                "socket_connect_timeout": 3,
                "socket_timeout": 5,
                "max_retries": 1,
            },
        )
        try:
            app.send_task(
                signing.TASK,
                args=[envelope],
                queue=signing.queue(host, kind),
                expires=signing.LIFE,
                retry=False,
            )
        except (OperationalError, OSError) as error:
            raise BusUnavailable(
                "Redis does not answer, so the host's agent could not be asked; try again.",
                params={"reason": type(error).__name__},
            ) from error
