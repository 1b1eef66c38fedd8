"""Operations: their states, their steps, and the two messages that web and agent exchange about them.

    planned ──► running ──► verifying ──► done
       │           ├───────────┴────────► failed        (nothing was made, or what was made stays and is named)
       │           └───────────┴────────► rolled_back   (what was made is gone again)
       └──► cancelled

A `Job` travels, signed, from the board to the host's agent; `Report`s travel back. Both are plain JSON.
"""

from typing import Final, Literal, NotRequired, TypedDict

from netboard.core.model import Json

State = Literal["planned", "running", "verifying", "done", "failed", "rolled_back", "cancelled"]
StepState = Literal["running", "done", "warned", "failed", "skipped"]

TERMINAL: Final[frozenset[State]] = frozenset({"done", "failed", "rolled_back", "cancelled"})
_NEXT: Final[dict[State, frozenset[State]]] = {
    "planned": frozenset({"running", "verifying", "done", "failed", "rolled_back", "cancelled"}),
    "running": frozenset({"running", "verifying", "done", "failed", "rolled_back", "cancelled"}),
    # Back to running: another delivery took over and begins anew; what exists is found by its label.
    "verifying": frozenset({"running", "verifying", "done", "failed", "rolled_back"}),
    "done": frozenset(),
    "failed": frozenset(),
    "rolled_back": frozenset(),
    "cancelled": frozenset(),
}

OPERATION_LABEL: Final = "netboard.operation"
OWNER_LABEL: Final = "netboard.owner"
EXPIRES_LABEL: Final = "netboard.expires"


STEPS: Final[dict[str, tuple[str, ...]]] = {
    "network.create": ("check", "create", "verify"),
    "network.delete": ("check", "delete", "verify"),
    "network.recreate": ("check", "detach", "delete", "create", "attach", "verify"),
    "network.connect": ("check", "connect", "verify"),
    "network.disconnect": ("check", "disconnect", "verify"),
    "container.run": ("check", "create", "start", "verify"),
    "container.remove": ("check", "remove", "verify"),
}
"""What a page may expect; `undo` is added where something is rolled back."""


def may_become(state: State, then: State) -> bool:
    """Whether an operation in this state may go to that one."""
    return then in _NEXT[state]


class Phrase(TypedDict):
    """A code with its parameters, put into words at the edge; `engine` and `kernel` carry their own words."""

    code: str
    params: dict[str, Json]


class Step(TypedDict):
    """One step as it went. A step that is told again replaces the one of the same name."""

    name: str
    state: StepState
    detail: list[Phrase]
    at: str


class Job(TypedDict):
    """What the agent of one host is told to do; signed as a whole."""

    operation: str
    token: int
    """Grows with every delivery; reports with an older one are refused, and so is an older delivery that comes late."""
    kind: str
    spec: dict[str, Json]
    """Bound: full engine ids, explicit subnets."""
    labels: dict[str, str]
    recorded: dict[str, str]
    """Full ids that an earlier delivery made, by role (`network`, `container`)."""
    limit: float
    """Seconds that this delivery may take."""


class Report(TypedDict):
    """What an agent says of an operation."""

    host: str
    operation: str
    token: int
    at: str
    state: NotRequired[State]
    step: NotRequired[Step]
    recorded: NotRequired[dict[str, str]]
    error: NotRequired[Phrase]
    result: NotRequired[dict[str, Json]]
