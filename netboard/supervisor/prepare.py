"""`manage.py prepare`: brings the database up to date and makes the first person, in one process.

On the first start it prints `User: admin` and `Password: …`, otherwise nothing.
"""

import os
import sys


def main() -> int:
    """Exit code 0, or 1 with a sentence on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netboard.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import Error, connection

    from netboard.wiring.settings import settings

    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("ensure_admin")
        if (settings().data / "host.key").exists():
            call_command("enrol_host", "--embedded")
        connection.close()
    except (Error, ImproperlyConfigured, CommandError) as error:
        print(f"The database cannot be prepared: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
