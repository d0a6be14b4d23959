"""Single values as providers write them: a number, a day, and what a field of Fortnox means.

Values are compared here and nowhere else, as the type that their field has: Fortnox writes numbers as text and text as
numbers, leaves what is not set as null, "" or 0, and trims texts. A reference "0012" is yet another one than "12", and
a quantity "2.00" is 2.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mappings.fields import FieldType
from mappings.kinds import fields_of
from mappings.values.money import LARGEST, ZERO, decimal, ore, too_large
from mappings.values.organisation_numbers import organisation_digits, swedish_number
from sync.core.types import Payload

# Foreign units for a krona: below this it is no rate of any currency.
LEAST_RATE = Decimal("1e-9")


def number(payload: Payload, name: str) -> Decimal:
    """Return a field's number, zero where there is none."""
    return decimal(payload.get(name)) or ZERO


def sold(quantity: Decimal, price: Decimal, rate_sek: Decimal) -> Decimal:
    """Return a quantity, zero where it makes no sale with its price: such a row is held, and counts as nothing."""
    absurd = too_large(quantity, price) or abs(quantity) * abs(price) * rate_sek >= LARGEST
    return ZERO if absurd else quantity


def day(value: Any) -> date | None:
    """Return the date of a date or a time in ISO form, None where there is none."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def organisation_number_in(words: str) -> str:
    """Return what an organisation number is looked up by, '' for words that are not shaped like one."""
    known = swedish_number(words)
    if known is not None:
        return known
    return organisation_digits(words) if re.fullmatch(r"[\d\s-]{10,13}", words) else ""


def amount_in(words: str) -> Decimal | None:
    """Return the amount typed as "1 234,50", "1234.5 kr" or "−20", else None."""
    amount = decimal(words.strip().removesuffix("kr"))
    return None if amount is None or amount != ore(amount) else amount


def same(kind: str, name: str, one: Any, other: Any) -> bool:
    """Return whether a field of a kind says the same twice, however it is written.

    `kind` is customer, article, a kind of documents or that of its rows. Of a field that no table knows, two texts are
    texts; where one is a number, both are.
    """
    field = fields_of(kind).get(name)
    if field is None and isinstance(one, str) and isinstance(other, str):
        return _text(one) == _text(other)
    return bool(meaning(kind, name, one) == meaning(kind, name, other))


def meaning(kind: str, name: str, value: Any) -> Any:
    """Return what a field's value means, in one form for equal meanings: None for nothing said."""
    field = fields_of(kind).get(name)
    if field is not None and field.type == "rows":
        return _rows(f"{kind}.row", value)
    return _untyped(value) if field is None else _MEANINGS[field.type](value)


def _text(value: Any) -> str | None:
    said = f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
    return said.replace("\r\n", "\n").strip() or None


def _code(value: Any) -> str | None:
    """Registers keep their codes in one case, whatever case was sent."""
    said = _text(value)
    return said.upper() if said else None


def _number(value: Any) -> Decimal | str | None:
    found = decimal(value)
    return _text(value) if found is None else found


def _account(value: Any) -> Decimal | str | None:
    """An account that is not set is null, or 0."""
    return _number(value) or None


def _boolean(value: Any) -> bool:
    return value is True or str(value).strip().lower() in {"true", "1"}


def _date(value: Any) -> str | None:
    said = _text(value)
    return said[:10] if said else None


def _rows(kind: str, value: Any) -> list[Any]:
    rows = value if isinstance(value, list | tuple) else ()
    return [{name: meaning(kind, name, said) for name, said in row.items()} for row in rows if isinstance(row, Mapping)]


def _labels(value: Any) -> list[str]:
    rows = value if isinstance(value, list | tuple) else ()
    return sorted(str(row.get("Id")) for row in rows if isinstance(row, Mapping))


def _object(value: Any) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    return {name: text for name, said in given.items() if (text := _text(said)) is not None}


def _untyped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _untyped(said) for name, said in value.items()}
    if isinstance(value, list | tuple):
        return [_untyped(said) for said in value]
    if isinstance(value, bool):
        return str(value).lower()
    return _number(value)


_MEANINGS: Mapping[FieldType, Callable[[Any], Any]] = {
    "text": _text,
    "code": _code,
    "number": _number,
    "integer": _number,
    "account": _account,
    "boolean": _boolean,
    "date": _date,
    "labels": _labels,
    "object": _object,
}
