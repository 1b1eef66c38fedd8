"""The Django app `networks`."""

from django.apps import AppConfig


class NetworksApp(AppConfig):
    """Its name and label."""

    name = "netboard.networks"
    label = "networks"
