"""What the verbs of a mapping file do: pure functions from a source view to a value or a problem."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from mappings.spec import As, FieldRule, VatTypeRule, When, listed
from mappings.types import Problem, View
from mappings.values.characters import seen
from mappings.values.countries import country_code
from mappings.values.money import decimal, ore, sek_rate
from mappings.values.paths import at, filled, first
from mappings.values.vat import HOME, vat_type

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# The line of a table that catches every country without a line of its own.
OTHERWISE = "otherwise"
_YES = frozenset({"1", "true", "ja", "yes", "sant"})
_NO = frozenset({"0", "false", "nej", "no", "falskt"})
Tables = Mapping[str, Mapping[str, Any]]
Links = Callable[[str, str], str | None]


class Bad(Exception):  # noqa: N818 - a value that becomes a Problem, not a failure of the program
    """A value that cannot be used; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def paths_of(rule: FieldRule) -> tuple[str, ...]:
    """Return the source paths a rule reads, `when` included."""
    paths: list[str] = []
    if rule.source is not None:
        paths += [rule.source] if isinstance(rule.source, str) else rule.source
    if rule.template is not None:
        paths += _PLACEHOLDER.findall(rule.template)
    if rule.vat_type is not None:
        paths += rule.vat_type.reads
    if rule.when is not None:
        paths.append(rule.when.field)
    return tuple(paths)


def holds(when: When, view: View) -> bool:
    """Return whether a condition holds; values are compared as the text that can be seen, so 1 equals "1"."""
    value = at(view, when.field)
    if when.present is not None:
        return filled(value) == when.present
    wanted = when.is_in if when.is_in is not None else [when.equals]
    return _seen(value) in {_seen(item) for item in wanted}


def value_of(rule: FieldRule, name: str, view: View, tables: Tables, links: Links) -> Any:
    """Return a field's value, None when there is nothing to say. Raises `Bad` with the problem."""
    if rule.when is not None and not holds(rule.when, view):
        return None
    if rule.vat_type is not None:
        return _vat_type(rule.vat_type, rule.lookup or "", name, view, tables)
    raw = origin(rule, view)
    if not filled(raw):
        raw = rule.default
    if not filled(raw):
        return _absent(rule, name)
    if rule.link is not None:
        return links(rule.link, str(raw))
    if rule.as_ == "country_code":
        raw = _country(name, raw, _source_name(rule))
    if rule.lookup is not None:
        raw = _looked_up(rule.lookup, name, raw, tables)
    value = _converted(rule.as_, name, raw, _source_name(rule))
    if not filled(value):
        return _absent(rule, name)
    if rule.plus_days is not None and isinstance(value, str):
        value = _later(name, value, rule)
    if rule.max is not None and len(_plain(value)) > rule.max:
        raise Bad(Problem("too_long", name, params={"length": str(len(_plain(value))), "limit": str(rule.max)}))
    return value


def _later(name: str, day: str, rule: FieldRule) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=rule.plus_days or 0)).isoformat()
    except OverflowError:
        raise Bad(Problem("not_a_date", name, params={"value": day, "source": _source_name(rule)})) from None


def _absent(rule: FieldRule, name: str) -> None:
    if rule.required:
        raise Bad(Problem("missing", name, params={"source": _source_name(rule)}))


def origin(rule: FieldRule, view: View) -> Any:
    """Return what a rule starts from: its value, its template, or the first of its paths that is filled."""
    if rule.value is not None:
        return rule.value
    if rule.template is not None:
        return _PLACEHOLDER.sub(lambda found: _plain(at(view, found[1])), rule.template)
    return first(view, listed(rule.source or []))


def _looked_up(table: str, name: str, raw: Any, tables: Tables) -> Any:
    """Return what a table says of a value, written in whatever case and with whatever spaces and dashes."""
    entries = tables[table]
    wanted = word(raw)
    found = next((said for entry, said in entries.items() if word(entry) == wanted), entries.get(OTHERWISE))
    if found is None:
        raise Bad(Problem("not_in_table", name, params={"value": _plain(raw), "table": table}))
    return found


def word(value: Any) -> str:
    """Return a table's value as it is compared: without case, and with one space for spaces and dashes."""
    return " ".join(seen(_plain(value)).casefold().replace("-", " ").split())


def _vat_type(rule: VatTypeRule, table: str, name: str, view: View, tables: Tables) -> str:
    said = first(view, listed(rule.explicit))
    if filled(said):
        return str(_looked_up(table, name, said, tables))
    country = first(view, listed(rule.country)) or HOME
    number = _plain(first(view, listed(rule.vat_number)))
    found = vat_type(_country(name, country, " / ".join(listed(rule.country))), number)
    if found is None:
        raise Bad(Problem("vat_number", name, params={"value": number, "source": " / ".join(listed(rule.vat_number))}))
    return found


def _converted(kind: As, name: str, raw: Any, source: str) -> Any:
    return _CONVERSIONS[kind](name, raw, source)


def _text(_name: str, raw: Any, _source: str) -> Any:
    return raw if isinstance(raw, bool | int) else _plain(raw).strip()


def _date(name: str, raw: Any, source: str) -> str:
    try:
        return date.fromisoformat(_plain(raw)[:10]).isoformat()
    except ValueError:
        raise Bad(Problem("not_a_date", name, params={"value": _plain(raw), "source": source})) from None


def _decimal(name: str, raw: Any, source: str) -> Any:
    number = decimal(raw)
    if number is None:
        raise Bad(Problem("not_a_number", name, params={"value": _plain(raw), "source": source}))
    return number


def _money(name: str, raw: Any, source: str) -> Any:
    return ore(_decimal(name, raw, source))


def _boolean(name: str, raw: Any, _source: str) -> bool:
    said = word(raw)
    if said not in _YES | _NO:
        raise Bad(Problem("not_allowed", name, params={"value": _plain(raw), "allowed": "ja, nej, yes, no, 1, 0"}))
    return said in _YES


def _flag(name: str, raw: Any, source: str) -> str:
    """Upsales keeps a Boolean field as the text "1" or "0" (upsales/FACTS.md 1.8)."""
    return "1" if _boolean(name, raw, source) else "0"


def _organisation_number(_name: str, raw: Any, _source: str) -> str:
    return _plain(raw).strip()


def _country(name: str, raw: Any, source: str) -> str:
    code = country_code(_plain(raw))
    if code is None:
        raise Bad(Problem("not_a_country", name, params={"value": _plain(raw), "source": source}))
    return code


def _rate(name: str, raw: Any, source: str) -> Any:
    number = _decimal(name, raw, source)
    if number <= 0:
        raise Bad(Problem("not_a_number", name, params={"value": _plain(raw), "source": source}))
    return sek_rate(number)


_CONVERSIONS: dict[As, Callable[[str, Any, str], Any]] = {
    "text": _text,
    "date": _date,
    "decimal": _decimal,
    "money": _money,
    "boolean": _boolean,
    "flag": _flag,
    "organisation_number": _organisation_number,
    "sek_rate": _rate,
    # Done before the look-up: here it is a code already.
    "country_code": _text,
}


def _source_name(rule: FieldRule) -> str:
    return " / ".join(paths_of(rule)) or "value"


def _seen(value: Any) -> str:
    return seen(_plain(value)).strip()


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
