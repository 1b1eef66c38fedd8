"""Whether the board lives, is ready, and its figures."""

from django.http import HttpRequest, HttpResponse, JsonResponse


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives; asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready or not."""
    return JsonResponse({"status": "ready"})


def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus."""
    return HttpResponse("", content_type="text/plain")
