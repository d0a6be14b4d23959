"""Which keys and JSON types a recorded answer has that another answer of the same request lacks."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Shape = dict[str, set[str]]


def shape(value: Any, place: str = "", found: Shape | None = None) -> Shape:
    """Return the JSON types that occur at each place of a value; all parts of a list are one place."""
    found = {} if found is None else found
    found.setdefault(place, set()).add(json_type(value))
    if isinstance(value, dict):
        for key, part in value.items():
            shape(part, f"{place}.{key}", found)
    elif isinstance(value, list):
        for part in value:
            shape(part, f"{place}[]", found)
    return found


def lacks(recorded: Shape, served: Shape) -> Iterator[str]:
    """Yield what the served shape lacks; a place is wanted where the served answer has what it is in."""
    for place, types in recorded.items():
        inside = place.rpartition(".")[0]
        if place.endswith("[]") or (place and "object" not in served.get(inside, ())):
            continue
        if place not in served:
            yield f"{place} is missing"
        elif not (types - {"null"}) & served[place] and {"null"} not in (types, served[place]):
            yield f"{place} is {sorted(served[place])}, recorded {sorted(types)}"


def json_type(value: Any) -> str:
    """Return the name of a value's JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    return {"str": "text", "dict": "object", "list": "array"}[type(value).__name__]
