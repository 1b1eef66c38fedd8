"""Tells a person's open sockets, wherever they are, that rights may have changed."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def group_of(person: int) -> str:
    """The Channels group of a person's sockets."""
    return f"person.{person}"


def rights_changed(person: int) -> None:
    """Once the transaction is committed, tell the person's sockets to check again.

    While Redis is away this is only logged: sockets check by themselves every few seconds as well.
    """
    transaction.on_commit(lambda: _send(person))


def _send(person: int) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group_of(person), {"type": "rights.changed"})
    except Exception as error:
        log.warning("sockets of person %s could not be told that rights changed: %s", person, error)
