"""Named SQL: reviewers read SQL as SQL, and nobody builds a statement from text.

A folder has a file for each module of `tables` or `reader` whose statements it holds: parameters only, and `incoming`
is a table handed in by the caller. Of what the dashboard asks, $company NULL means all companies and $since NULL all
days; long answers are limited and say how many rows there are in all.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TARGET = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.MULTILINE)
_TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
_MADE_OF_TABLES = re.compile(r"^CREATE (?:VIEW|MACRO) (\w+).*?;$", re.MULTILINE | re.DOTALL)
_REMARK = re.compile(r"--.*")
_WORD = re.compile(r"\w+")
_SCHEMA = "schema.sql"
_HEADING = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def named_queries(folder: str) -> dict[str, str]:
    """Return the statements of the files in a folder below this one by the name in their heading."""
    found: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / folder).glob("*.sql")):
        parts = _HEADING.split(file.read_text(encoding="utf-8"))[1:]
        found |= {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
    return found


@cache
def written_tables(folder: str) -> dict[str, tuple[str, ...]]:
    """Return the tables that each statement of a folder writes to."""
    return {name: tuple(_TARGET.findall(statement)) for name, statement in named_queries(folder).items()}


@cache
def read_tables(folder: str) -> dict[str, tuple[str, ...]]:
    """Return the tables whose names stand in each statement of a folder, or in a view that it asks.

    A column of a table's name counts as the table: what rests on a table too many is asked once too often.
    """
    schema = (Path(__file__).parent / _SCHEMA).read_text(encoding="utf-8")
    names = {name: {name} for name in _TABLE.findall(schema)}
    for made in _MADE_OF_TABLES.finditer(schema):
        names[made[1]] = _named(made[0], names)
    return {name: tuple(sorted(_named(text, names))) for name, text in named_queries(folder).items()}


def _named(text: str, names: Mapping[str, set[str]]) -> set[str]:
    words = {*_WORD.findall(_REMARK.sub("", text))}
    return {table for word in words & names.keys() for table in names[word]}
