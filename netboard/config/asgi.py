"""The entry of the web process: HTTP to Django, WebSockets to the consumers, and the life of the hub."""

import os
from typing import Any

from django.core.asgi import get_asgi_application


def make() -> Any:
    """The application. What needs Django's apps is imported once they are loaded."""
    http: Any = get_asgi_application()

    from channels.routing import ProtocolTypeRouter, URLRouter
    from django.urls import re_path

    from netboard.accounts.sockets import IdentifySocket, nowhere
    from netboard.config.lifespan import lifespan
    from netboard.live.origin import OriginCheck
    from netboard.live.routing import websocket_urlpatterns

    no_address: Any = nowhere
    sockets = OriginCheck(IdentifySocket(URLRouter([*websocket_urlpatterns, re_path(r"", no_address)])))
    return ProtocolTypeRouter({"http": http, "websocket": sockets, "lifespan": lifespan})


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netboard.config.settings")
application = make()
