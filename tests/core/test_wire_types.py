"""The TypeScript types are generated from the Python ones, and the committed file is the generated one."""

from netboard.boards import wire_types


def test_the_committed_types_are_up_to_date() -> None:
    assert wire_types.main(["--check"]) == 0, "run `python -m netboard.boards.wire_types`"


def test_optional_fields_literals_and_unions_cross_over() -> None:
    text = wire_types.generate()
    assert "  candidates?: string[];" in text
    assert '  type: "hello";' in text
    assert "  host: string | null;" in text
    assert 'export type Detail = "fleet" | "full";' in text
    assert "export type Cursor = { [key: string]: Position };" in text
