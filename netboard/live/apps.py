"""The Django app `live`."""

from django.apps import AppConfig


class LiveApp(AppConfig):
    """Its name and label."""

    name = "netboard.live"
    label = "live"
