"""Reads a list's query parameters: plain ones, and the JSON that Upsales' own pages send (FACTS.md 1.5)."""

from dataclasses import dataclass
from typing import Any

from sync.sandbox.serving.json_body import read_json
from sync.sandbox.upsales.errors import failed_validation

SWITCHES = ("token", "limit", "offset", "usepricelists", "usingfirstnamelastname")
_SORTS, _CONDITIONS, _FIELDS = ("sort", "sort[]"), ("q", "q[]"), ("f", "f[]")
_OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "src")


@dataclass(frozen=True)
class Filter:
    """One comparison: a path of attribute names, an operator and its operands (more than one: or)."""

    path: tuple[str, ...]
    operator: str
    operands: tuple[str, ...]


@dataclass(frozen=True)
class AnyOf:
    """Lists of comparisons; all of at least one list have to hold."""

    lists: "tuple[tuple[Test, ...], ...]"


@dataclass(frozen=True)
class Sort:
    """One key of the order."""

    path: tuple[str, ...]
    backwards: bool


Test = Filter | AnyOf
Parameters = list[tuple[str, str]]


def tests_of(parameters: Parameters) -> list[Test]:
    """Return the conditions, all of which have to hold; raises UpsalesError for what cannot be read."""
    found: list[Test] = []
    for name, value in parameters:
        if name.lower() in _CONDITIONS:
            found += _conditions(_json(value))
        elif name.lower() not in (*SWITCHES, *_SORTS, *_FIELDS):
            found.append(_filter(name, value))
    return found


def sorts_of(parameters: Parameters) -> list[Sort]:
    """Return the keys of the order, the first one first; raises UpsalesError for what cannot be read."""
    found = [value for name, value in parameters if name.lower() in _SORTS]
    return [_sort_of_page(value) if value.startswith("{") else _sort(value) for value in found]


def fields_of(parameters: Parameters) -> frozenset[str]:
    """Return the attributes that a row is to be answered with; none: with all of them."""
    names = {value.partition(".")[0] for name, value in parameters if name.lower() in _FIELDS}
    return frozenset(names | {"id"}) if names else frozenset()


def _filter(name: str, value: str) -> Filter:
    path = tuple(name.split("."))
    operator, colon, rest = value.partition(":")
    if not colon or operator not in _OPERATORS:
        operator, rest = "eq", value
    many = operator in ("eq", "ne") and path[-1] != "custom"
    return Filter(path, operator, tuple(rest.split(",")) if many else (rest,))


def _sort(value: str) -> Sort:
    return Sort(tuple(value.lstrip("-").split(".")), value.startswith("-"))


def _sort_of_page(value: str) -> Sort:
    key = _json(value)
    if not isinstance(key, dict):
        raise failed_validation(f"An order is an object, not {key!r}")
    return Sort(tuple(str(key.get("a", "")).split(".")), str(key.get("s", "A")).upper().startswith("D"))


def _conditions(sent: Any) -> list[Test]:
    return [_condition(part) for part in (sent if isinstance(sent, list) else [sent])]


def _condition(sent: Any) -> Test:
    if not isinstance(sent, dict):
        raise failed_validation(f"A condition is an object, not {sent!r}")
    if isinstance(sent.get("or"), dict):
        lists = sent["or"].get("q")
        return AnyOf(tuple(tuple(_conditions(part)) for part in (lists if isinstance(lists, list) else [])))
    operator = str(sent.get("c", "eq"))
    if operator not in _OPERATORS:
        raise failed_validation(f"No such comparison: {operator}")
    values = sent.get("v")
    operands = tuple(_operand(value) for value in (values if isinstance(values, list) else [values]))
    return Filter(tuple(str(sent.get("a", "")).split(".")), operator, operands)


def _operand(value: Any) -> str:
    if value is None:
        return "null"
    return str(int(value)) if isinstance(value, bool) else str(value)


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as problem:
        raise failed_validation(f"A parameter is not JSON: {problem}") from None
