"""`python -m netboard.supervisor.prepare`: brings the database up to date and makes the first person, in one process.

Its last line on standard output is the first person's password where one was made.
"""

import io
import os
import sys


def main() -> int:
    """Exit code 0, or 1 with a sentence on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netboard.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import Error, connection

    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        said = io.StringIO()
        call_command("ensure_admin", stdout=said)
        call_command("enrol_host", "--embedded", stdout=io.StringIO())
        connection.close()
    except (Error, ImproperlyConfigured, CommandError) as error:
        print(f"The database cannot be prepared: {error}", file=sys.stderr)
        return 1
    words = said.getvalue().split()
    if words:
        print(words[-1], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
