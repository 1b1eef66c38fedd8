"""The app of sweeps."""

from django.apps import AppConfig


class ProbesConfig(AppConfig):
    """Adds the relay and the intake of sweeps to what the recorder runs, and what monitors need of sweeps."""

    name = "netboard.probes"
    label = "probes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register with the recorder and with monitors."""
        from netboard.networks import companions
        from netboard.probes import intake, opened, relay, scheduled
        from netboard.probes.monitors import ranges, schedules

        companions.add("sweeps", relay.Relay)
        companions.add("sweep-reports", intake.Intake)
        ranges.add(opened.cidrs)
        schedules.use(scheduled.submit)
