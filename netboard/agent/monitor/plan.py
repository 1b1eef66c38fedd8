"""The host's plan of monitors, as the board signed it: the newest one that is valid."""

from typing import Final

import msgspec
import structlog

from netboard.agent.orders import host_key
from netboard.core import signing
from netboard.core.errors import Forbidden
from netboard.core.probes.model import MonitorPlan
from netboard.core.probes.ports import ProbeWriter
from netboard.wiring.settings import Settings

log = structlog.get_logger("netboard.agent")

VERB: Final = "monitors"
NOTHING: Final = MonitorPlan(version=0, watches=[], gateways=False, gateway_interval=60.0)


class Plans:
    """Remembers the plan that counts."""

    def __init__(self, settings: Settings, bus: ProbeWriter) -> None:
        self._settings = settings
        self._bus = bus
        self._seen: object = None
        self._issued = 0
        self.plan = NOTHING

    def refresh(self) -> bool:
        """Read what is on the bus; whether another plan counts now. Raises `BusUnavailable`.

        A plan that is older in both version and time is a repetition and does not count; while there is none, or an
        invalid one, the last one goes on counting.
        """
        envelope = self._bus.plan(self._settings.host)
        if envelope is None or envelope == self._seen:
            return False
        self._seen = envelope
        try:
            order = signing.read(envelope, host_key(self._settings), self._settings.host)
            plan = msgspec.convert(order["spec"], MonitorPlan)
        except (Forbidden, msgspec.ValidationError) as error:
            log.warning("plan.refused", host=self._settings.host, reason=str(error))
            return False
        if order["verb"] != VERB or (plan["version"] <= self.plan["version"] and order["issued"] < self._issued):
            log.warning("plan.refused", host=self._settings.host, reason="it is no plan, or an older one")
            return False
        changed = plan != self.plan
        self.plan, self._issued = plan, order["issued"]
        return changed
