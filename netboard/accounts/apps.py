"""The Django app `accounts`: people, teams, roles, tokens, audit."""

from django.apps import AppConfig


class AccountsApp(AppConfig):
    """Its name and label; connects what tells sockets that a person's rights changed."""

    name = "netboard.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Import what registers itself."""
        from netboard.accounts import signals  # noqa: F401
