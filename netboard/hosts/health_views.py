"""`/healthz`, `/readyz`, `/metrics`."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from netboard.accounts.http import identity_or_none
from netboard.accounts.problems import problem
from netboard.accounts.visitors import is_loopback
from netboard.hosts import health


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives; asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def _insider(request: HttpRequest) -> bool:
    if is_loopback(request):
        return True
    if "Authorization" not in request.headers:
        return False
    found = identity_or_none(request)
    return found is not None and found.visible.hosts is None


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if database and Redis answer, else 503. Details for this machine, or a token of who sees every host."""
    ready, parts = health.report()
    content: dict[str, object] = {"status": "ready" if ready else "not ready"}
    asked_in_vain = parts["database"]["ok"] is False
    if is_loopback(request) or (not asked_in_vain and _insider(request)):
        content |= parts
    return JsonResponse(content, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus. For this machine, or a token of who sees every host."""
    if not _insider(request):
        status = 403 if identity_or_none(request) else 401
        return problem(status, "Figures are for this machine, or for a token of somebody who sees every host.")
    from netboard.hosts.figures import exposition

    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
