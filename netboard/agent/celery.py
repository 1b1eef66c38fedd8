"""The host worker's Celery app: its own, apart from the board's; it knows neither Django nor a database.

queues host.<id>.operations and host.<id>.probes, one task that takes one signed order
"""

import os
from typing import Final

from celery import Celery
from celery.signals import worker_process_init

from netboard.core import signing
from netboard.core.model import Json
from netboard.wiring.process import die_with_parent
from netboard.wiring.settings import Settings, settings

VISIBILITY: Final = 60
"""Seconds after which the broker gives a task that nobody acknowledged to somebody else."""
LIMIT: Final = 45
"""Seconds that one task may run: less than `VISIBILITY`, so that it never runs twice at once for being slow."""
ANSWER: Final = 15.0
"""Seconds that the broker may take to answer; longer than the 10 s for which a waiting worker's read blocks."""


def make_app(options: Settings) -> Celery:
    """The app of the host that `options` name."""
    # Celery's one fixup loads Django wherever DJANGO_SETTINGS_MODULE is set, as it is beside a board.
    made = Celery("netboard.agent", set_as_current=False, fixups=set())
    made.conf.update(
        broker_url=options.broker,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "global_keyprefix": signing.key_prefix(options.host),
            "visibility_timeout": VISIBILITY,
            "socket_timeout": ANSWER,
            "socket_connect_timeout": 3.0,
            "health_check_interval": 15,
        },
        redis_max_connections=8,
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=signing.queue(options.host),
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=LIMIT,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        timezone="UTC",
        enable_utc=True,
    )
    return made


def carry_out(envelope: dict[str, Json]) -> None:
    """Check the envelope and do what it says; what was refused is logged and not tried again."""
    from netboard.agent.orders import carry_out as carry

    carry(envelope, settings())


def _end_with_the_worker(**_: object) -> None:
    """A pool child that outlives its worker would hold a task that somebody else is given."""
    die_with_parent(os.getppid())


app = make_app(settings())
app.task(name=signing.TASK)(carry_out)
worker_process_init.connect(_end_with_the_worker)
