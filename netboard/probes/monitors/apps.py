"""The app of monitors and alerts."""

from django.apps import AppConfig


class MonitorsConfig(AppConfig):
    """Adds its intake, its keeper and its messenger to what the recorder runs."""

    name = "netboard.probes.monitors"
    label = "monitors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register with the recorder."""
        from netboard.networks import companions
        from netboard.probes.monitors import delivery, keeper, stream

        companions.add("monitors", keeper.Keeper)
        companions.add("observations", stream.Intake)
        companions.add("deliveries", delivery.Messenger)
