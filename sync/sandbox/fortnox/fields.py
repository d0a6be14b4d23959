"""Reads a sent object against the rules of its fields (FACTS.md 5 and 6)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

from sync.sandbox.fortnox.errors import FortnoxError, unknown_field, wrong_structure
from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.wire import Json, plain

BLANK: Final = "API_BLANK"
_ALLOWED = re.compile(
    r"[A-Za-z0-9\u00AA\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u1E00-\u1EFF \r\n\t"
    r"–:.´’,;^¤#%§£$€¢¥©™°&/()=+\-*_!?²³®½@`]*"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TOO_LARGE = Decimal(10) ** 15
Kind = Literal["text", "number", "integer", "boolean", "date", "choice", "object", "list"]
Write = Literal["yes", "create", "refuse", "ignore"]


@dataclass(frozen=True)
class FortnoxField:
    """One field: its kind, what an unset one shows, its limits, and whether it may be written.

    `limit` is the greatest length of a text; `least` the smallest; `decimals` rounds numbers half up.
    `refers` names the register that must have the value; `fields` the inside of an object.
    """

    kind: Kind = "text"
    unset: Any = ""
    limit: int = 1024
    least: int = 0
    decimals: int = 2
    options: tuple[str, ...] = ()
    write: Write = "yes"
    refers: str = ""
    fields: Mapping[str, "FortnoxField"] | None = None


Schema = Mapping[str, FortnoxField]


def text(limit: int = 1024, unset: str | None = "", *, least: int = 0) -> FortnoxField:
    """Return a text field."""
    return FortnoxField("text", unset, limit, least)


def code(register: str, unset: Any = "") -> FortnoxField:
    """Return a text field whose value must be a key of a register."""
    return FortnoxField("text", unset, refers=register)


def number(unset: Any = 0, decimals: int = 2) -> FortnoxField:
    """Return a number field."""
    return FortnoxField("number", unset, decimals=decimals)


def integer(unset: Any = 0) -> FortnoxField:
    """Return a whole-number field."""
    return FortnoxField("integer", unset)


def flag(*, unset: bool = False) -> FortnoxField:
    """Return a true/false field."""
    return FortnoxField("boolean", unset)


def day(unset: str | None = None) -> FortnoxField:
    """Return a date field, YYYY-MM-DD."""
    return FortnoxField("date", unset)


def choice(*options: str, unset: str | None) -> FortnoxField:
    """Return a field with a closed list of values."""
    return FortnoxField("choice", unset, options=options)


def computed(unset: Any = 0) -> FortnoxField:
    """Return a field that only Fortnox writes; sending it is refused (FACTS.md 6)."""
    return FortnoxField("text", unset, write="refuse")


def ignored(unset: Any = "") -> FortnoxField:
    """Return a read-only field whose sending was accepted without effect in recordings."""
    return FortnoxField("text", unset, write="ignore")


def skeleton(schema: Schema) -> Json:
    """Return an object with every field unset, in wire order."""
    return {name: _fresh(rule.unset) for name, rule in schema.items()}


def read_object(sent: Any, schema: Schema, quirks: FortnoxQuirks, *, creating: bool) -> Json:
    """Return the fields to set from a sent object; an API_BLANK becomes the field's unset value.

    Empty text and null leave the old value, so they are left out (FACTS.md 5.1). Raises FortnoxError.
    """
    if not isinstance(sent, dict):
        raise wrong_structure()
    found: Json = {}
    for name, value in sent.items():
        rule = schema.get(name)
        if rule is None:
            raise unknown_field(name)
        if _is_written(name, rule, quirks, creating=creating) and value is not None and value != "":
            found[name] = _fresh(rule.unset) if value == BLANK else read_value(name, value, rule, quirks)
    return {name: value for name, value in found.items() if value is not SKIP}


SKIP: Final = object()


def read_value(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> Any:
    """Return one sent value as it is stored, or SKIP where it has no effect; raises FortnoxError."""
    reader = _READERS.get(rule.kind, _inside)
    return reader(name, value, rule, quirks)


def half_up(value: Decimal, decimals: int = 2) -> Decimal:
    """Return a number rounded half up (away from zero), as recorded for positive values (FACTS.md 8)."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def as_number(name: str, value: Any) -> Decimal:
    """Return a sent number; numbers may come as strings (FACTS.md 5.2). No field takes more than 15 whole digits."""
    number = None
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        number = Decimal(value.strip())
    if number is not None and abs(number) < _TOO_LARGE:
        return number
    raise FortnoxError(2000108, f"Värdet måste vara numeriskt ({name})")


def check_characters(name: str, value: str) -> None:
    """Raise FortnoxError 2000359 where a text has a character outside the list of FACTS.md 5.1."""
    if not _ALLOWED.fullmatch(value):
        raise FortnoxError(2000359, f"Innehåller ej tillåtna tecken ({name})")


def _text(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> str:
    if isinstance(value, bool | dict | list):
        raise wrong_structure()
    written = str(plain(value)) if isinstance(value, Decimal) else str(value)
    if len(written) > rule.limit or len(written) < rule.least:
        raise FortnoxError(2000107, f"Värdet i fältet {name} har fel längd, högst {rule.limit} tecken.")
    check_characters(name, written)
    return written


def _number(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> Decimal | int:
    return plain(half_up(as_number(name, value), rule.decimals))


def _integer(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> int:
    return int(as_number(name, value))


def _boolean(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    if isinstance(value, str | int) and value in known:
        return known[value]
    raise FortnoxError(2000134, f"Värdet måste vara av typen boolean ({name})")


def _date(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise FortnoxError(quirks.date_code, f"Ogiltigt datum ({name})") from None


def _choice(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> str:
    if value not in rule.options:
        raise FortnoxError(quirks.choice_code, f"Ogiltigt värde ({name})")
    return str(value)


def _inside(name: str, value: Any, rule: FortnoxField, quirks: FortnoxQuirks) -> Any:
    # A text sent in place of EDIInformation or EmailInformation was accepted without effect (2016).
    if rule.kind == "object":
        if not isinstance(value, dict) or rule.fields is None:
            return SKIP
        return read_object(value, rule.fields, quirks, creating=False)
    if not isinstance(value, list):
        raise wrong_structure()
    if rule.fields is None:
        return value
    return [read_object(item, rule.fields, quirks, creating=True) for item in value]


_READERS: dict[str, Callable[[str, Any, FortnoxField, FortnoxQuirks], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
}


def _is_written(name: str, rule: FortnoxField, quirks: FortnoxQuirks, *, creating: bool) -> bool:
    if rule.write == "yes" or (rule.write == "create" and creating):
        return True
    if rule.write == "refuse" and quirks.refuse_computed_fields:
        raise unknown_field(name)
    return False


def _fresh(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list | tuple) else value
