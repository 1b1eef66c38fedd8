"""Whether operations are sent and reports taken in: the part of the board's health that only this app knows."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from netboard.core.errors import BusUnavailable
from netboard.hosts.health import Part
from netboard.operations.models import Operation, State
from netboard.operations.telling import reports


def probe() -> Part:
    """How long the oldest operation has waited to be sent, in seconds, how many wait, and how many reports were set
    aside because they made no sense. The board shows the truth without any of it, so it is not needed to be ready."""
    now = timezone.now()
    waiting = Operation.objects.filter(token=0, state=State.PLANNED, due__lte=now)
    first = waiting.order_by("created").values_list("created", flat=True).first()
    age = round(max(0.0, (now - first).total_seconds()), 1) if first else 0.0
    try:
        aside: int | None = reports().aside()
    except BusUnavailable:
        aside = None
    part: Part = {
        "ok": age <= settings.NETBOARD.operation_limit,
        "needed": False,
        "age_s": age,
        "detail": {"waiting": waiting.count(), "set_aside": aside},
    }
    if not part["ok"]:
        part |= {
            "code": "outbox_waits",
            "text": gettext("Operations wait to be sent; see whether the recorder runs and reaches Redis."),
        }
    return part
