"""Structured logs: one event a line, as text for people or JSON for machines, with request and operation ids."""

import logging.config
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(log_format: str) -> dict[str, Any]:
    """Configure structlog; the answer is for `logging.config.dictConfig`. `log_format` is `text` or `json`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format == "json"
        # Its own way of showing a traceback prints the values of all variables, secrets among them, and takes a second.
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
                "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "netboard": {"level": "INFO"},
            "django_structlog": {"level": "WARNING"},
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            "uvicorn": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            # While the bus is away it tells of it once a second, with a traceback; netboard says so itself, once.
            "channels_redis": {"level": "CRITICAL"},
        },
    }


def start(log_format: str) -> None:
    """Configure both structlog and the standard library's loggers, in a process without Django."""
    logging.config.dictConfig(configure(log_format))
