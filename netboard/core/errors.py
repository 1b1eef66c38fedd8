"""Every error that netboard raises itself, in one tree.

    NetboardError
    ├── Invalid            what somebody asked for makes no sense; says which field and what would
    ├── Refused            understood, but not allowed by a rule of netboard or of the engine
    │   ├── Forbidden      this person may not
    │   └── Conflict       something else is in the way (a name, a subnet, a device in use)
    ├── Missing            the named thing does not exist (any more)
    └── Unavailable        something netboard needs does not answer now; trying again later may help
        ├── EngineUnavailable   no Docker Engine behind the address, or none that may be spoken to
        ├── KernelUnavailable   a right or a feature of the kernel is missing
        └── BusUnavailable      Redis or Valkey does not answer

An adapter maps what its library raises to these, once, at its edge. Each carries a `code` (stable, for programs and
translations) and `params` (for the sentence); `str(error)` is one English sentence with a remedy.
"""

from collections.abc import Mapping


class NetboardError(Exception):
    """The root: `code` is stable and machine-readable, `params` fill the translated sentence."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, params: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.params: dict[str, object] = dict(params or {})


class Invalid(NetboardError):
    """What somebody asked for makes no sense. `field` names the part that is wrong, where one is."""

    code = "invalid"

    def __init__(
        self, message: str, *, field: str = "", code: str | None = None, params: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message, code=code, params=params)
        self.field = field


class Refused(NetboardError):
    """Understood, but not allowed by a rule."""

    code = "refused"


class Forbidden(Refused):
    """This person may not do or see this."""

    code = "forbidden"


class Conflict(Refused):
    """Something else is in the way."""

    code = "conflict"


class Missing(NetboardError):
    """The named thing does not exist (any more)."""

    code = "missing"


class Unavailable(NetboardError):
    """Something that netboard needs does not answer now."""

    code = "unavailable"


class EngineUnavailable(Unavailable):
    """No engine answers; `code` says why: `engine_absent`, `engine_denied`, `engine_silent`, `engine_too_old`."""

    code = "engine_silent"


class KernelUnavailable(Unavailable):
    """A right or a feature of the kernel is missing; `code` says which: `kernel_denied`, `kernel_unsupported`."""

    code = "kernel_denied"


class BusUnavailable(Unavailable):
    """Redis or Valkey does not answer."""

    code = "bus_silent"
