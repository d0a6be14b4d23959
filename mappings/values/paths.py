"""Paths into a record: `client.name` is the name inside client."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mappings.types import View
from mappings.values.characters import says_something

# Records are dicts; to ask an abstract class takes ten times as long.
_MAPPINGS = (dict, Mapping)
_LISTS = (list, tuple)


def at(view: View, path: str) -> Any:
    """Return the value at a dotted path, None where any step is missing."""
    value: Any = view
    for step in path.split("."):
        if not isinstance(value, _MAPPINGS):
            return None
        value = value.get(step)
    return value


def rows_at(view: View, path: str) -> Sequence[Any]:
    """Return the rows at a dotted path; what is no list has none."""
    found = at(view, path)
    return found if isinstance(found, _LISTS) else ()


def filled(value: Any) -> bool:
    """Return whether a value says something: not null, not a text without a sign that can be seen."""
    return says_something(value) if isinstance(value, str) else value is not None


def first(view: View, paths: Iterable[str]) -> Any:
    """Return the first value that is filled, None where none is."""
    return next((value for path in paths if filled(value := at(view, path))), None)
