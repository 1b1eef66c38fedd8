"""What engines answered, kept in tests/fixtures/engine: 20.10 as recorded, 29 with what newer APIs tell otherwise."""

import json
from pathlib import Path
from typing import Any

from netboard.adapters.engine import parse
from netboard.adapters.engine.mirror import Mirror
from netboard.core.model import Container, Network

FOLDER = Path(__file__).parents[2] / "fixtures" / "engine"
RECORDED = ("engine-20.10.json", "engine-29.json")


class Sample:
    """One engine's answers, and the facts that they become, by name."""

    def __init__(self, file: str) -> None:
        self.api: dict[str, Any] = json.loads((FOLDER / file).read_text())
        self.mirror = Mirror()
        self.mirror.replace(self.api["containers"], self.api["networks"])
        inspected = [parse.from_inspect(each, self.mirror.find) for each in self.api["inspected"].values()]
        self.listed: dict[str, Container] = {each.name: each for each in self.mirror.containers.values()}
        self.inspected: dict[str, Container] = {each.name: each for each in inspected}
        self.networks: dict[str, Network] = {each.name: each for each in self.mirror.networks.values()}
