"""Addresses of WebSockets."""

from django.urls import URLPattern, path

from netboard.live.consumers import TopologySocket

websocket_urlpatterns: list[URLPattern] = [path("ws/topology", TopologySocket())]  # type: ignore[arg-type]
