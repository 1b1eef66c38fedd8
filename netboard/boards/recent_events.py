"""What changed lately, as the recorder wrote it, in the reader's words."""

from typing import TypedDict

from netboard.accounts.access import Visible


class Entry(TypedDict):
    """One line of the feed. `tone`: good, bad, warn, quiet."""

    id: str
    at: str
    node: str
    name: str
    tone: str
    words: str
    cause: str


def entries(visible: Visible, node: str = "") -> list[Entry]:
    """The newest hundred, of what may be seen; of one node, if given."""
    return []
