"""Paths into a record: `client.name` is the name inside client."""

from collections.abc import Iterable, Mapping
from typing import Any

from mappings.types import View
from mappings.values.characters import says_something

# Records are dicts; to ask an abstract class takes ten times as long.
_MAPPINGS = (dict, Mapping)


def at(view: View, path: str) -> Any:
    """Return the value at a dotted path, None where any step is missing."""
    value: Any = view
    for step in path.split("."):
        if not isinstance(value, _MAPPINGS):
            return None
        value = value.get(step)
    return value


def filled(value: Any) -> bool:
    """Return whether a value says something: not null, not a text without a sign that can be seen."""
    return says_something(value) if isinstance(value, str) else value is not None


def first(view: View, paths: Iterable[str]) -> Any:
    """Return the first value that is filled, None where none is."""
    return next((value for path in paths if filled(value := at(view, path))), None)
