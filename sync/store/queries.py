"""Named SQL: reviewers read SQL as SQL, and nobody builds a statement from text."""

import re
from functools import cache
from pathlib import Path

_HEADING = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def named_queries(file_name: str) -> dict[str, str]:
    """Return the statements of a file in this folder by the name in their heading."""
    text = (Path(__file__).parent / file_name).read_text(encoding="utf-8")
    parts = _HEADING.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
