"""`manage.py ensure_admin`: somebody who can sign in, on the first start."""

from typing import Any

from django.core.management.base import BaseCommand

from netboard.accounts.services import ensure_admin


class Command(BaseCommand):
    """Makes `admin` with a generated password if nobody exists, and prints both once; otherwise prints nothing."""

    help = "On the first start, make the person admin and print the generated password."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print."""
        password = ensure_admin()
        if password is not None:
            self.stdout.write("User: admin")
            self.stdout.write(f"Password: {password}")
