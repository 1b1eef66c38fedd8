"""The TypeScript types of what goes to browsers, generated from `netboard.core.wire`.

    python -m netboard.boards.wire_types            writes static/src/wire.ts
    python -m netboard.boards.wire_types --check    says whether it is up to date (exit 1 where not)

The source of that module is read, not its evaluated hints: so names of aliases stay names, and docstrings of fields
come along.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from netboard.core import wire

TARGET = Path(__file__).resolve().parents[2] / "static" / "src" / "wire.ts"
_HEAD = """\
// Generated from netboard/core/wire.py by `python -m netboard.boards.wire_types`. Do not edit.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
"""
_NAMES = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "null"}


def generate() -> str:
    """The text of `static/src/wire.ts`. Raises ValueError for an annotation that has no counterpart."""
    module = ast.parse(inspect.getsource(wire))
    return "\n".join([_HEAD, *_declarations(module)])


def _declarations(module: ast.Module) -> Iterator[str]:
    for statement in module.body:
        match statement:
            case ast.ClassDef():
                yield _interface(statement)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield f"export type {name} = {_type(value)};\n"


def _interface(declared: ast.ClassDef) -> str:
    lines = [_comment(ast.get_docstring(declared), "")] if ast.get_docstring(declared) else []
    bases = [b.id for b in declared.bases if isinstance(b, ast.Name) and b.id != "TypedDict"]
    lines.append(f"export interface {declared.name}{' extends ' + ', '.join(bases) if bases else ''} {{")
    for place, statement in enumerate(declared.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        following = declared.body[place + 1] if place + 1 < len(declared.body) else None
        match following:
            case ast.Expr(value=ast.Constant(value=str(text))):
                lines.append(_comment(text, "  "))
        optional, annotation = _optional(statement.annotation)
        lines.append(f"  {statement.target.id}{'?' if optional else ''}: {_type(annotation)};")
    return "\n".join([*lines, "}\n"])


def _comment(text: str | None, indent: str) -> str:
    return f"{indent}/** {' '.join((text or '').split()).replace('*/', '* /')} */"


def _optional(annotation: ast.expr) -> tuple[bool, ast.expr]:
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
            return True, inner
    return False, annotation


def _type(annotation: ast.expr) -> str:
    match annotation:
        case ast.Name(id=name):
            return _NAMES.get(name, name)
        case ast.Constant(value=None):
            return "null"
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{_type(left)} | {_type(right)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            choices = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return " | ".join(_literal(choice) for choice in choices)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            element = _type(inner)
            return f"({element})[]" if " | " in element else f"{element}[]"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[ast.Name(id="str"), inner])):
            return f"{{ [key: string]: {_type(inner)} }}"
    raise ValueError(f"no TypeScript counterpart for {ast.unparse(annotation)}")


def _literal(choice: ast.expr) -> str:
    match choice:
        case ast.Constant(value=str(text)):
            return f'"{text}"'
        case ast.Constant(value=int(number)):
            return str(number)
    raise ValueError(f"no TypeScript counterpart for the literal {ast.unparse(choice)}")


def main(arguments: list[str]) -> int:
    """Write the file, or only compare it (`--check`). Returns the exit code."""
    text = generate()
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("static/src/wire.ts is out of date: run `python -m netboard.boards.wire_types`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
