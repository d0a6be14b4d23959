"""Named SQL: reviewers read SQL as SQL, and nobody builds a statement from text."""

import re
from functools import cache
from pathlib import Path

_TARGET = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.MULTILINE)
_HEADING = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def named_queries(file_name: str) -> dict[str, str]:
    """Return the statements of a file in this folder by the name in their heading."""
    text = (Path(__file__).parent / file_name).read_text(encoding="utf-8")
    parts = _HEADING.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


@cache
def written_tables(file_name: str) -> dict[str, tuple[str, ...]]:
    """Return the tables that each statement of a file in this folder writes to."""
    return {name: tuple(_TARGET.findall(statement)) for name, statement in named_queries(file_name).items()}
