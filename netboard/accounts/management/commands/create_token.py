"""`manage.py create_token USER`: a new API token, alone on the last line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from netboard.accounts.audit import COMMAND
from netboard.accounts.models import Scope, User
from netboard.accounts.services import make_token, parse_ttl
from netboard.core.errors import Invalid


class Command(BaseCommand):
    """Prints what was made, and the token alone on the last line. It is shown this once."""

    help = "Make an API token for a person and print it alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        """As in the README."""
        parser.add_argument("user", metavar="USER", help="whose token it is")
        parser.add_argument("--name", default="", help="what uses it")
        parser.add_argument("--ttl", default="90d", help="how long it is valid: 90d, 12h, 30m")
        parser.add_argument(
            "--scope", default=Scope.ADMIN.value, choices=Scope.values, help="if not said: all that the person may do"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            raise CommandError(f"Nobody is called {options['user']!r}; the page People lists who is.")
        if not person.is_active:
            raise CommandError(f"{person.username} may not sign in, so a token would not work; enable them first.")
        try:
            row, token = make_token(
                COMMAND, person, options["name"], parse_ttl(options["ttl"]), Scope(options["scope"])
            )
        except Invalid as error:
            raise CommandError(str(error), returncode=2) from error
        self.stderr.write(
            f"A token of {person.username}, scope {row.scope}, valid until {row.expires:%Y-%m-%d %H:%M} UTC:"
        )
        self.stdout.write(token)
