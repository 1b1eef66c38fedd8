"""What every page gets, and the pages for what went wrong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from netboard.accounts.middleware import PREFIX
from netboard.accounts.models import Role, User
from netboard.accounts.problems import problem

NAVIGATION: tuple[tuple[str, object], ...] = (
    ("boards:board", _("Board")),
    ("boards:networks", _("Networks")),
    ("boards:containers", _("Containers")),
    ("operations:index", _("Operations")),
    ("sweeps:index", _("Sweeps")),
)
FURTHER: tuple[tuple[str, object], ...] = (
    ("monitors:index", _("Monitors")),
    ("monitors:alerts", _("Alerts")),
    ("operations:pools", _("Pools")),
    ("operations:differences", _("Differences")),
)
ADMINISTRATION: tuple[tuple[str, object], ...] = (
    ("hosts:list", _("Hosts")),
    ("accounts:people", _("People")),
    ("operations:audit", _("Audit")),
)


def _links(request: HttpRequest, entries: tuple[tuple[str, object], ...]) -> list[dict[str, object]]:
    found = []
    for name, title in entries:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        here = request.path == url if url == "/" else request.path.startswith(url)
        found.append({"url": url, "title": title, "here": here})
    return found


def page(request: HttpRequest) -> dict[str, object]:
    """Context of every template: navigation and what is folded in it, theme, languages."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    further = (*FURTHER, *ADMINISTRATION) if person is not None and person.has_role(Role.ADMIN) else FURTHER
    return {
        "navigation": _links(request, NAVIGATION) if person is not None else [],
        "further": _links(request, further) if person is not None else [],
        "theme": person.theme if person is not None else "auto",
        "languages": settings.LANGUAGES,
    }


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _wrong(request, 400, "errors/400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _wrong(request, 403, "errors/403.html")


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _wrong(request, 404, "errors/404.html")


def failed(request: HttpRequest) -> HttpResponse:
    """500. Renders without context processors: the database may be what failed."""
    if request.path.startswith(PREFIX):
        return problem(500, "netboard failed; the administrator finds the reason in the log.")
    return HttpResponse(_render_plain("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, because a form's token was missing or old."""
    return _wrong(request, 403, "errors/csrf.html")


def _wrong(request: HttpRequest, status: int, template: str) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return problem(status, "The request could not be answered.")
    return render(request, template, status=status)


def _render_plain(template: str) -> str:
    from django.template.loader import render_to_string

    return render_to_string(template)
