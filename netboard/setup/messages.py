"""Translations: each locale's django.po becomes the django.mo that gettext reads, without gettext's tools."""

import ast
import struct
from pathlib import Path

from netboard.setup.places import ROOT
from netboard.setup.say import Stop

Catalogue = dict[str, str]


def sources() -> list[Path]:
    """The catalogues that there are."""
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


def make_current() -> None:
    """Write each .mo that is missing or older than its .po."""
    for source in sources():
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            pending = target.with_suffix(".mo.new")
            pending.write_bytes(compiled(read(source)[0]))
            pending.replace(target)


def read(source: Path) -> tuple[Catalogue, list[str]]:
    """A catalogue's translations and what it leaves untranslated. Plural forms are joined by NUL, as in a .mo file."""
    done: Catalogue = {}
    open_ones: list[str] = []
    for block in source.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        fields = _fields(source, [line for line in lines if not line.startswith("#")])
        if "msgid" not in fields:
            continue
        forms = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        context = fields["msgctxt"] + "\4" if "msgctxt" in fields else ""
        key = context + fields["msgid"]
        if key and (fuzzy or not all(forms)):
            open_ones.append(fields["msgid"])
            continue
        plural = "\0" + fields["msgid_plural"] if "msgid_plural" in fields else ""
        done[key + plural] = "\0".join(forms)
    return done, open_ones


def compiled(catalogue: Catalogue) -> bytes:
    """A catalogue in the format of GNU gettext's .mo files (version 0, no hash table), sorted by original."""
    pairs = sorted((key.encode(), text.encode()) for key, text in catalogue.items())
    start = 7 * 4 + 16 * len(pairs)
    blob = b""
    originals: list[int] = []
    translations: list[int] = []
    for table, column in ((originals, 0), (translations, 1)):
        for pair in pairs:
            table += [len(pair[column]), start + len(blob)]
            blob += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + struct.pack(f"<{4 * len(pairs)}I", *originals, *translations) + blob


def _fields(source: Path, lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if not line.startswith('"'):
            name, _, line = line.partition(" ")
            fields[name] = ""
        try:
            fields[name] += str(ast.literal_eval(line.strip()))
        except (ValueError, SyntaxError, KeyError):
            raise Stop(f"{source.relative_to(ROOT)} cannot be read at {line[:80]!r}.") from None
    return fields
