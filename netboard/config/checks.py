"""System checks with ids, so that a wrong deployment is told at start and not found out later."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from netboard.config.origins import LOOPBACK


@register(Tags.security)
def reachable(**_: Any) -> list[CheckMessage]:
    """netboard.E001, W001: how browsers reach the board."""
    found: list[CheckMessage] = []
    options = settings.NETBOARD
    if options.bind not in LOOPBACK and not options.url:
        found.append(
            Error(
                f"The board is bound to {options.bind}, which is not loopback, but how browsers reach it is not said.",
                hint="Set NETBOARD_URL (or --url), for example https://board.example.",
                id="netboard.E001",
            )
        )
    if options.url.startswith("http:") and options.bind not in LOOPBACK:
        found.append(
            Warning(
                "Browsers reach the board without TLS: passwords and tokens can be read on the way.",
                hint="Put a proxy with TLS in front and set NETBOARD_URL to its https address.",
                id="netboard.W001",
            )
        )
    return found


@register(Tags.security, deploy=True)
def deployment(**_: Any) -> list[CheckMessage]:
    """netboard.W002: what a production deployment should not do."""
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Warning(
                "The embedded SQLite database serves one machine only.",
                hint="Set NETBOARD_DATABASE_URL to PostgreSQL where web and workers run on several.",
                id="netboard.W002",
            )
        )
    return found
