"""Sends alerts to people: by e-mail and webhook, again with growing pauses until it arrived or is given up."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone, translation

from netboard.core.clock import utc
from netboard.core.errors import NetboardError, Unavailable
from netboard.probes.monitors import alerts, words
from netboard.probes.monitors.models import Alert, Channel, Delivery
from netboard.wiring import build

log = structlog.get_logger(__name__)

TURN: Final = 2.0
FIRST: Final = 10.0
"""Seconds until the second attempt; twice as many before each further one."""
LONGEST: Final = 3600.0
ATTEMPTS: Final = 10
NAMED: Final = 200
"""Members of an alert that a message names at most."""

Post = Callable[[str, str, bytes, dict[str, str]], None]


class Messenger:
    """Sends what is due until told to stop."""

    def __init__(self, post: Post | None = None) -> None:
        self._post = post or build.webhook()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        while not stop.wait(TURN):
            try:
                self.turn()
            except DatabaseError as error:
                log.warning("deliveries.wait", reason=str(error))

    def turn(self) -> int:
        """Send what is due now; answers how many arrived."""
        close_old_connections()
        due = Delivery.objects.filter(due__lte=timezone.now()).select_related("channel", "alert").order_by("due")[:50]
        return sum(self._deliver(one) for one in list(due))

    def _deliver(self, one: Delivery) -> bool:
        pause = min(LONGEST, FIRST * 2**one.attempts)
        claimed = Delivery.objects.filter(pk=one.pk, attempts=one.attempts, due=one.due).update(
            attempts=one.attempts + 1, due=timezone.now() + timedelta(seconds=pause)
        )
        if not claimed:
            return False
        try:
            self._send(one)
        except (NetboardError, OSError) as error:
            log.warning("delivery.failed", channel=one.channel.name, alert=one.alert_id, reason=str(error))
            last = {"due": None} if one.attempts + 1 >= ATTEMPTS else {}
            Delivery.objects.filter(pk=one.pk).update(error=str(error)[:200], **last)
            return False
        Delivery.objects.filter(pk=one.pk).update(arrived=timezone.now(), due=None, error="")
        return True

    def _send(self, one: Delivery) -> None:
        if not one.channel.enabled:
            raise Unavailable("The channel is switched off.", code="channel_off")
        if one.channel.kind == Channel.Kind.WEBHOOK:
            body = json.dumps(told(one.alert, one.event), separators=(",", ":")).encode()
            headers = {"X-Netboard-Event": f"alert.{one.event}", "X-Netboard-Delivery": str(one.pk)}
            self._post(one.channel.target, one.channel.secret, body, headers)
            return
        if not settings.NETBOARD.mail_url:
            raise Unavailable("No mail server is set (NETBOARD_MAIL_URL).", code="no_mail")
        subject, text = letter(one.alert, one.event)
        EmailMessage(subject, text, settings.NETBOARD.mail_from, [one.channel.target]).send()


def told(alert: Alert, event: str) -> dict[str, Any]:
    """An alert as webhooks are told."""
    members = alerts.members_of([alert])[alert.pk]
    with translation.override("en"):
        title = words.title(alert)
    return {
        "event": f"alert.{event}",
        "at": utc(),
        "id": alert.pk,
        "title": title,
        "host": alert.host,
        "cause": {"kind": alert.cause, "thing": alert.thing, "name": alert.name, "evidence": alert.evidence},
        "worst": alert.worst,
        "opened": alert.opened.isoformat(),
        "closed": alert.closed.isoformat() if alert.closed else None,
        "count": len(members),
        "members": [
            {
                "monitor": one.series.monitor_id,
                "name": one.series.label or one.series.monitor.target_name or one.series.monitor.name,
                "state": one.worst,
                "code": one.code,
                "opened": one.opened.isoformat(),
                "closed": one.closed.isoformat() if one.closed else None,
            }
            for one in members[:NAMED]
        ],
        "url": f"{settings.NETBOARD.url.rstrip('/')}/alerts/{alert.pk}/" if settings.NETBOARD.url else "",
    }


def letter(alert: Alert, event: str) -> tuple[str, str]:
    """Subject and text of an e-mail, in the board's own language."""
    said = told(alert, event)
    with translation.override(settings.LANGUAGE_CODE):
        title = words.title(alert)
        prefix = words.EVENTS[event]
        lines = [str(words.evidence(alert)), "", *(f"- {one['name']}" for one in said["members"])]
    lines += ["", f"{alert.opened:%Y-%m-%d %H:%M:%S} UTC", said["url"]]
    subject = " ".join(f"[netboard] {prefix}: {title}".split())
    return subject[:200], "\n".join(lines).strip() + "\n"
