"""`manage.py web`: the web process."""

import socket
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandError, CommandParser

from netboard.live.server import LARGEST, BoundedWebSocket
from netboard.wiring.settings import Settings, settings


def server_config(options: Settings) -> uvicorn.Config:
    """How uvicorn serves: bounded in time and size; proxies' headers count only from those that are trusted."""
    return uvicorn.Config(
        "netboard.config.asgi:application",
        host=options.bind,
        port=options.port,
        lifespan="on",
        loop="uvloop",
        http="httptools",
        ws=BoundedWebSocket,
        ws_max_size=LARGEST,
        ws_max_queue=8,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=True,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=4,
        h11_max_incomplete_event_size=64 * 1024,
        backlog=2048,
        proxy_headers=True,
        forwarded_allow_ips=options.trusted_proxies,
        server_header=False,
        access_log=False,
        log_config=None,
    )


class Command(BaseCommand):
    """Serves pages, REST and WebSockets on `bind` and `port` until SIGINT or SIGTERM; then ends within 5 s."""

    help = "Serve the board's pages, REST interface and WebSockets."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option, for supervisors and tests."""
        parser.add_argument("--fd", type=int, help="serve on this inherited, listening socket instead of bind and port")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the server in the foreground."""
        server = uvicorn.Server(server_config(settings()))
        fd: int | None = options["fd"]
        try:
            listener = socket.socket(fileno=fd) if fd is not None else self._listen(settings())
        except OSError as error:
            raise CommandError(f"The descriptor {fd} is no socket: {error.strerror}.") from error
        with listener:
            server.run(sockets=[listener])
        if not server.started:
            raise CommandError("The web process could not start; the log above says why.")

    def _listen(self, options: Settings) -> socket.socket:
        family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
        try:
            return socket.create_server((options.bind, options.port), family=family, backlog=2048)
        except OSError as error:
            raise CommandError(
                f"Cannot serve on {options.bind} port {options.port}: {error.strerror}. "
                "Free it, or choose another with NETBOARD_PORT (--port)."
            ) from error
