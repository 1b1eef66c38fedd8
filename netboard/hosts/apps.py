"""The Django app `hosts`: Docker hosts, their enrolment, and health."""

from django.apps import AppConfig


class HostsApp(AppConfig):
    """Its name and label."""

    name = "netboard.hosts"
    label = "hosts"
