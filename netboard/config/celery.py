"""The control worker's Celery app: housekeeping and schedules, queue `control`. Agents have an app of their own."""

import os

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init

from netboard.wiring.process import die_with_parent
from netboard.wiring.settings import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netboard.config.settings")


app = Celery("netboard")
app.conf.update(
    broker_url=settings().broker,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    broker_transport_options={
        "global_keyprefix": "netboard:control:",
        "socket_connect_timeout": 3,
        "socket_timeout": 15,
        "health_check_interval": 15,
        "visibility_timeout": 60,
        "max_retries": 3,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 1,
    },
    redis_socket_timeout=15,
    redis_socket_connect_timeout=3,
    redis_max_connections=10,
    result_backend=None,
    task_ignore_result=True,
    task_default_queue="control",
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=45,
    task_soft_time_limit=40,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    timezone="UTC",
    enable_utc=True,
    beat_schedule={
        "clear what has expired": {"task": "netboard.accounts.clear_expired", "schedule": 3600.0},
    },
)
app.autodiscover_tasks()


def _end_with_the_worker(**_: object) -> None:
    """The pool's children and the schedule are processes of their own; none may outlive a worker that was killed."""
    die_with_parent(os.getppid())


worker_process_init.connect(_end_with_the_worker)
beat_embedded_init.connect(_end_with_the_worker)
