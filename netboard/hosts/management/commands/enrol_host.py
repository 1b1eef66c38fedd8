"""`manage.py enrol_host ID`: a key for the agent of a host."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from netboard.accounts.audit import COMMAND
from netboard.core.errors import NetboardError
from netboard.hosts.services import adopt, enrol
from netboard.wiring.settings import settings


class Command(BaseCommand):
    """Prints the key alone on the last line. With `--embedded`, takes the key in the data folder and prints nothing."""

    help = "Give a Docker host a key (NETBOARD_HOST_KEY of its agent) and print it alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        """As in the README."""
        parser.add_argument(
            "id", metavar="ID", nargs="?", help="letters, digits, - and _; the agent's NETBOARD_HOST_ID"
        )
        parser.add_argument("--title", default="", help="how people call the host")
        parser.add_argument("--again", action="store_true", help="replace the key that the host has")
        parser.add_argument(
            "--embedded", action="store_true", help="adopt this machine's host.key from the data folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or adopt the key."""
        try:
            if options["embedded"]:
                self._adopt()
                return
            if not options["id"]:
                raise CommandError("Say which host: manage.py enrol_host ID.", returncode=2)
            key = enrol(COMMAND, options["id"], options["title"], options["again"])
        except NetboardError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"Start the agent of {options['id']} with NETBOARD_HOST_ID={options['id']} and this key:")
        self.stdout.write(key)

    def _adopt(self) -> None:
        path = settings().data / "host.key"
        try:
            key = settings().host_key or path.read_text().strip()
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}; `manage.py up` makes it.") from error
        adopt(settings().host, settings().host_title, key)
