"""The Django app `boards`."""

from django.apps import AppConfig


class BoardsApp(AppConfig):
    """Its name and label."""

    name = "netboard.boards"
    label = "boards"
