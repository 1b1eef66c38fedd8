"""Addresses: each app brings its own; what is not a page stands here."""

from django.urls import include, path

from netboard.config.api import api
from netboard.hosts import health_views

handler400 = "netboard.config.pages.bad_request"
handler403 = "netboard.config.pages.forbidden"
handler404 = "netboard.config.pages.missing"
handler500 = "netboard.config.pages.failed"

urlpatterns = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path("metrics", health_views.metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("", include("netboard.accounts.urls")),
    path("", include("netboard.hosts.urls")),
    path("", include("netboard.operations.urls")),
    path("", include("netboard.probes.monitors.urls")),
    path("", include("netboard.probes.urls")),
    path("", include("netboard.boards.urls")),
]
