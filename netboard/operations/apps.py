"""The app of operations."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Adds its relay to what the recorder runs."""

    name = "netboard.operations"
    label = "operations"

    def ready(self) -> None:
        """Register the relay and the finder of causes with the recorder, and the outbox with the board's health."""
        from netboard.hosts import health
        from netboard.networks import causes, companions
        from netboard.operations import attribution, outbox, relay

        companions.add("relay", relay.Relay)
        companions.add("reports", relay.Intake)
        causes.add(attribution.find)
        health.register("outbox", outbox.probe)
