"""The language a person chose, as the cookie that pages read."""

from django.conf import settings
from django.http.response import HttpResponseBase


def remember_language(answer: HttpResponseBase, language: str) -> None:
    """Set the cookie to the chosen language; forget it where the browser shall decide."""
    if language not in dict(settings.LANGUAGES):
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
