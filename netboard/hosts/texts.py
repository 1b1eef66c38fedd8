"""Sentences for why a source of a host does not speak. Each says what is wrong and what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

SENTENCES: dict[str, str] = {
    "engine_absent": gettext_noop(
        "No Docker Engine listens at %(address)s; start it (systemctl start docker) or set NETBOARD_DOCKER."
    ),
    "engine_denied": gettext_noop(
        "The agent may not open %(address)s; run it as root or add its user to the group docker."
    ),
    "engine_silent": gettext_noop(
        "The Docker Engine at %(address)s does not answer; what is shown is what it last said."
    ),
    "engine_too_old": gettext_noop(
        "The Docker Engine speaks API %(api_version)s; netboard needs %(oldest)s or later: update the engine."
    ),
    "kernel_denied": gettext_noop(
        "The agent may not read the kernel's network namespaces (missing: %(missing)s); run it as root."
    ),
    "kernel_unsupported": gettext_noop("This kernel lacks a feature that netboard reads: %(missing)s."),
    "bus_silent": gettext_noop("Redis or Valkey does not answer; the picture stands still until it does."),
    "observer_silent": gettext_noop(
        "The observer of this host is silent; see whether its agent runs and reaches Redis."
    ),
    "database_silent": gettext_noop("The database does not answer; nothing can be changed until it does."),
    "recorder_silent": gettext_noop("The recorder is silent; what happens is shown but not recorded."),
}


class _Params(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence for a code in the current language; the code itself where there is none."""
    text = SENTENCES.get(code)
    return gettext(text) % _Params(params or {}) if text else code
