"""The host workers' Celery apps: their own, apart from the board's; they know neither Django nor a database.

    queue host.<id>.operations ─► `worker`    one at a time, each soon over
    queue host.<id>.probes     ─► `prober`    some at once, each up to two minutes (a /16 is swept in one)

Each app takes one task, which carries one signed order. Neither queue waits for the other, and since kombu lets whoever
shares a key prefix give back everybody's unacknowledged tasks after its own patience, each has a prefix of its own.
"""

import os
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from celery import Celery
from celery.signals import worker_process_init

from netboard.core import signing
from netboard.core.model import Json
from netboard.wiring.process import die_with_parent
from netboard.wiring.settings import Settings, settings

ANSWER: Final = 15.0
"""Seconds that the broker may take to answer; longer than the 10 s for which a waiting worker's read blocks."""

Kind = Literal["operations", "probes"]


class Work(NamedTuple):
    """How one kind of work is done. `limit`: seconds that one task may run before it is killed; `visibility`: seconds
    after which the broker gives what nobody acknowledged to somebody else, more than `limit`, so that no task runs
    twice at once for being slow."""

    limit: int
    visibility: int
    at_once: int


WORK: Final[Mapping[Kind, Work]] = {
    "operations": Work(limit=45, visibility=60, at_once=1),
    "probes": Work(limit=150, visibility=180, at_once=2),
}


def make_app(options: Settings, kind: Kind = "operations") -> Celery:
    """The app for one kind of work of the host that `options` name."""
    # Celery's one fixup loads Django wherever DJANGO_SETTINGS_MODULE is set, as it is beside a board.
    work = WORK[kind]
    made = Celery(f"netboard.agent.{kind}", set_as_current=False, fixups=set())
    made.conf.update(
        broker_url=options.broker,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "global_keyprefix": signing.key_prefix(options.host, kind),
            "visibility_timeout": work.visibility,
            "socket_timeout": ANSWER,
            "socket_connect_timeout": 3.0,
            "health_check_interval": 15,
        },
        redis_max_connections=8,
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=signing.queue(options.host, kind),
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=work.limit,
        worker_prefetch_multiplier=1,
        worker_concurrency=work.at_once,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        timezone="UTC",
        enable_utc=True,
    )
    made.task(name=signing.TASK)(carry_out)
    worker_process_init.connect(_end_with_the_worker)
    return made


def carry_out(envelope: dict[str, Json]) -> None:
    """Check the envelope and do what it says; what was refused is logged and not tried again."""
    from netboard.agent.orders import carry_out as carry

    carry(envelope, settings())


def _end_with_the_worker(**_: object) -> None:
    """A pool child that outlives its worker would hold a task that somebody else is given."""
    die_with_parent(os.getppid())
