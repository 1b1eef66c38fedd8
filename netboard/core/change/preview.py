"""What a plan says: the change as a delta on the live graph, what stands in its way, and the same by hand."""

from dataclasses import dataclass, field
from typing import Literal

from netboard.core.change.specs import Spec
from netboard.core.model import Json
from netboard.core.wire import Edge, Node

Severity = Literal["refuse", "warn"]


@dataclass(frozen=True)
class Finding:
    """One thing to know before: `refuse` stops the operation, `warn` does not. Words come from `code` and `params`."""

    code: str
    severity: Severity
    params: dict[str, Json] = field(default_factory=dict)
    object: str = ""
    """Node id of what is in the way or hit."""
    field: str = ""
    """The field of the form that it is about."""


@dataclass
class Preview:
    """The outcome of planning. `spec` is bound: subnets explicit, objects named by the engine's full ids."""

    spec: Spec
    findings: list[Finding] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    """New or changed."""
    edges: list[Edge] = field(default_factory=list)
    removed_nodes: list[str] = field(default_factory=list)
    removed_edges: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    """Node ids of existing things that the change touches."""
    bound: dict[str, str] = field(default_factory=dict)
    """The full engine ids that the plan was made against, by role: `network`, `container`, `container:<name>` …"""
    claims: list[tuple[str, str]] = field(default_factory=list)
    """What must be promised to this operation alone: ("name", name) and ("subnet", subnet)."""
    commands: list[str] = field(default_factory=list)
    """The same with the docker command line."""
    compose: str = ""
    """The same as Compose YAML; empty where Compose has no word for it."""

    def refuse(self, code: str, *, object: str = "", field: str = "", **params: Json) -> None:
        """Note something that stops the operation."""
        self.findings.append(Finding(code, "refuse", dict(params), object, field))

    def warn(self, code: str, *, object: str = "", field: str = "", **params: Json) -> None:
        """Note something that people should know."""
        self.findings.append(Finding(code, "warn", dict(params), object, field))

    @property
    def refused(self) -> bool:
        """Whether something stops the operation."""
        return any(finding.severity == "refuse" for finding in self.findings)
