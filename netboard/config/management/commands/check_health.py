"""`manage.py check_health`: for container health checks."""

import urllib.error
import urllib.request
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from netboard.wiring.settings import settings


class Command(BaseCommand):
    """Exit code 0 where the running instance answers ready, 1 otherwise."""

    help = "Exit 0 where the running board answers ready."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How long to wait."""
        parser.add_argument("--timeout", type=float, default=5.0, help="seconds to wait for an answer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask."""
        bind = settings().bind
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, f"[{bind}]" if ":" in bind else bind)
        url = f"http://{host}:{settings().port}/readyz"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=options["timeout"]):
                self.stdout.write("ready")
        except urllib.error.HTTPError as error:
            with error:
                raise CommandError(f"Not ready: {url} answers {error.code}.") from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise CommandError(f"No board answers at {url}: {reason}. Is it running?") from error
