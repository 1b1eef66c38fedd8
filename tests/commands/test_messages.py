"""Translations that set-up compiles are what gettext reads."""

import gettext
import io
from pathlib import Path

from netboard.setup import messages

CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#: a.py:1
msgid "network"
msgstr "rede"

#, python-format
msgid "%(n)s container"
msgid_plural "%(n)s containers"
msgstr[0] "%(n)s contêiner"
msgstr[1] "%(n)s contêineres"

msgctxt "a state"
msgid "up"
msgstr "no \"ar\"\n"
"de fato"

#, fuzzy
msgid "doubtful"
msgstr "duvidoso"

msgid "open"
msgstr ""
"""


def test_what_is_compiled_reads_back(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text(CATALOGUE, encoding="utf-8")
    catalogue, open_ones = messages.read(source)
    assert open_ones == ["doubtful", "open"]
    read = gettext.GNUTranslations(io.BytesIO(messages.compiled(catalogue)))
    assert read.gettext("network") == "rede"
    assert [read.ngettext("%(n)s container", "%(n)s containers", n) for n in (1, 2)] == [
        "%(n)s contêiner",
        "%(n)s contêineres",
    ]
    assert read.pgettext("a state", "up") == 'no "ar"\nde fato'
    assert read.gettext("open") == "open"
