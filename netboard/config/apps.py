"""The project as an app: its system checks and the commands that run one process each."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Registers the project's own checks."""

    name = "netboard.config"
    label = "config"

    def ready(self) -> None:
        """Import what registers itself."""
        from netboard.config import checks  # noqa: F401
