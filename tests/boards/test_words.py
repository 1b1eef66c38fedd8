"""What people read is complete: every key that the page's script uses, every code that is raised, in both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from netboard.boards import words
from netboard.setup import messages
from netboard.setup.places import ROOT

SCRIPT = ROOT / "static" / "src"
SAME = {"veth", "macvlan", "ipvlan", "VXLAN", "VLAN", "tun/tap", "bond", "MAC", "MTU", "Swarm", "bridge", "driver"}


def script() -> str:
    """The page's TypeScript, without the picture's."""
    files = [path for path in SCRIPT.rglob("*.ts") if path.parent.name not in ("layout", "render")]
    return "\n".join(path.read_text() for path in files)


def test_the_script_has_every_word_that_it_uses() -> None:
    block = words.block()
    single = set(re.findall(r'\bt\("([a-z_]+)"', script()))
    counted = set(re.findall(r'\bn\("([a-z_]+)"', script()))
    assert single
    assert {key for key in single if key not in block} == set()
    assert {key for key in counted if f"{key}_one" not in block or f"{key}_other" not in block} == set()


def test_every_warning_of_the_resolver_has_a_sentence() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "netboard" / "core" / "resolve").glob("*.py"))
    codes = set(re.findall(r'warning\(\s*"([a-z_]+)"', source))
    assert codes
    assert {code for code in codes if words.sentence(code) == code} == set()


def test_parameters_fill_sentences_and_an_unknown_code_is_shown_as_it_is() -> None:
    assert words.sentence("link_down", {"device": "eth0"}) == "eth0 is switched off."
    assert words.sentence("engine_absent", {"address": "{0.__class__}"}).startswith("No Docker Engine listens at {0.__")
    assert words.sentence("bridge_missing") == "The engine lists this network, but its bridge ? does not exist."
    assert words.sentence("never_heard_of") == "never_heard_of"


@pytest.mark.parametrize("path", messages.sources(), ids=lambda path: path.parts[-3])
def test_a_catalogue_leaves_nothing_untranslated_and_keeps_the_parameters(path: Path) -> None:
    done, missing = messages.read(path)
    assert missing == []
    for original, told in done.items():
        if original:
            for form in told.split("\0"):
                wanted = set(re.findall(r"\{\w+\}|%\(\w+\)s", original))
                assert set(re.findall(r"\{\w+\}|%\(\w+\)s", form)) == wanted, original


def test_the_words_of_the_page_are_translated() -> None:
    messages.make_current()
    english = words.block()
    with translation.override("pt-br"):
        portuguese = words.block()
    assert portuguese["connection_live"] == "ao vivo"
    assert portuguese.keys() == english.keys()
    same = {text for key, text in english.items() if portuguese[key] == text and re.search("[a-z]{3} [a-z]{3}", text)}
    assert same - SAME == set()
