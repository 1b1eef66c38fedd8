"""The wire samples that both languages' tests read are what the code makes today."""

import json

import pytest

from netboard.core.wire import Edge, Node
from tests.fixtures import make

BOARDS = make.boards()


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_the_sample_is_up_to_date(name: str) -> None:
    kept = json.loads((make.FOLDER / f"{name}.json").read_text(encoding="ascii"))
    assert kept == BOARDS[name], "run `python -m tests.fixtures.make`"


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_the_sample_has_every_field_and_no_loose_end(name: str) -> None:
    nodes = {node["id"]: node for node in BOARDS[name]["nodes"]}
    for node in nodes.values():
        assert node.keys() == Node.__required_keys__
    for edge in BOARDS[name]["edges"]:
        assert edge.keys() - {"candidates"} == Edge.__required_keys__
        assert edge["source"] in nodes
        assert edge["target"] is None or edge["target"] in nodes
