"""What the board says of traffic, monitors and sweeps. Words with `_one` and `_other` have a count in them."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from netboard.probes import words

PROBES: Final[Mapping[str, object]] = {
    "traffic": _("Traffic"),
    "traffic_line": _("{name}: received {received}, sent {sent}; the line shows up to five minutes"),
    "traffic_note": _(
        "Received and sent as the interface sees it, on average over {n} s; 1 kB/s is 1,000 bytes a second. "
        "The line shows up to five minutes."
    ),
    "traffic_paused": _("Paused: nothing is sampled for this board."),
    "traffic_waiting": _("Waiting for a sample."),
    "packets": _("{received} packets/s received, {sent} sent"),
    "drops": _("drops"),
    "drops_rate": _("{n} errors and drops a second"),
    "loss": _("{n} % loss"),
    "since": _("since {time}"),
    "reach": _("Monitors"),
    "reach_target": _("target"),
    "reach_up": _("up"),
    "reach_degraded": _("degraded"),
    "reach_down": _("down"),
    "reach_unknown": _("unknown"),
    "gateway_of": _("gateway of {name}"),
    "answers": _("Who answers"),
    "answered": _("{address} answered after {time}."),
    "is_silent": _("{address} is silent."),
    "why_silent": _("Why silent?"),
    "ask_address": _("Ask {address}"),
    "ping_from_here": _("Ping {name} from here"),
    "sweep_network": _("Sweep this network"),
    "sweep_begun": _("The sweep has begun; it is painted on the board."),
    "sweep_said": _("Last sweep: {alive} answer, {silent} silent."),
    "sweep_asked": _("{asked} of {total} addresses asked"),
    "sweep_close": _("Take the sweep off the board"),
    "sweep_cancel": _("Cancel"),
    "sweep_all": _("All results"),
    "sweep_planned": _("waits for its host"),
    "sweep_running": _("running"),
    "sweep_done": _("done"),
    "sweep_failed": _("failed"),
    "sweep_cancelled": _("cancelled"),
    "sweep_alive_one": _("{n} answers as expected"),
    "sweep_alive_other": _("{n} answer as expected"),
    "sweep_silent_one": _("{n} is silent"),
    "sweep_silent_other": _("{n} are silent"),
    "sweep_odd_one": _("{n} answers, but something is odd"),
    "sweep_odd_other": _("{n} answer, but something is odd"),
    "sweep_stranger_one": _("{n} is not known to the engine"),
    "sweep_stranger_other": _("{n} are not known to the engine"),
}


def block() -> dict[str, str]:
    """Everything that the board says of what is measured, in the current language; `why_` and a code: of an address."""
    told = {key: str(text) for key, text in PROBES.items()}
    return told | {f"why_{code}": str(text) for code, text in {**words.EXPLANATIONS, **words.FAILED}.items()}
