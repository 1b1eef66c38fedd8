"""The Django project: settings, addresses, ASGI, Celery, checks. Celery's app is made here, so that tasks find it."""

from netboard.config.celery import app as celery_app

__all__ = ["celery_app"]
