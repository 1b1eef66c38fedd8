"""The documents say what the program does."""

import re

from netboard.setup.options import parser
from netboard.setup.places import ROOT
from netboard.wiring.settings import Settings

README = (ROOT / "README.md").read_text()


def test_every_setting_has_its_row() -> None:
    rows = re.findall(r"^\| `(NETBOARD_[A-Z_]+)`", README, re.MULTILINE)
    assert sorted(rows) == sorted({f"NETBOARD_{name.upper()}" for name in Settings.model_fields})


def test_every_option_of_up_is_told() -> None:
    options = {word for action in parser("up")._actions for word in action.option_strings if word.startswith("--")}
    assert {option for option in options - {"--help"} if f"`{option}" not in README} == set()


def test_the_documents_that_are_promised_exist() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md"):
        assert len((ROOT / name).read_text()) > 200
    assert "Add a link kind" in (ROOT / "CONTRIBUTING.md").read_text()


def test_links_between_documents_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} → {target}"
