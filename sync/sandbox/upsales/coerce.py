"""Makes a value of the wrong type fit, as Upsales does: it never complains (FACTS.md 1.7)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sync.clock import STOCKHOLM

Coerce = Callable[[Any], Any]

NEVER_MODIFIED = "1979-12-31T23:00:00.000Z"
"""How Upsales writes "never" (FACTS.md 1.6): 1980-01-01 in Stockholm."""

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


def utc_text(moment: datetime) -> str:
    """Return a moment as Upsales writes it: UTC, whole seconds, `.000Z` (FACTS.md 1.6)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def trimmed(value: Any) -> Any:
    """Return a JSON value with every text in it trimmed (FACTS.md 1.1)."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [trimmed(part) for part in value]
    if isinstance(value, dict):
        return {key: trimmed(part) for key, part in value.items()}
    return value


def plain(value: Decimal | int) -> Decimal | int:
    """Return a number as JavaScript would print it: 10000.00 is 10000, other decimals stay exact."""
    if isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else value.normalize()


def number(value: Any) -> Decimal | int | None:
    """Return the number a value means; text that is none becomes 0."""
    if value is None or value == "":
        return None if value is None else 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, Decimal)):
        return plain(value)
    text = value if isinstance(value, str) else ""
    return plain(Decimal(text)) if _NUMBER.fullmatch(text) else 0


def integer(value: Any) -> int | None:
    """Return the whole number a value means, cut towards zero; text that is none becomes 0."""
    found = number(value)
    return None if found is None else int(found)


def text(size: int) -> Coerce:
    """Return a coercion to text of at most `size` characters, the rest cut off."""

    def cut(value: Any) -> str | None:
        if value is None or isinstance(value, (dict, list)):
            return None
        if isinstance(value, bool):
            return "1" if value else "0"
        return str(value)[:size]

    return cut


def truth(value: Any) -> bool:
    """Return whether a value means yes; "", "0" and "false" do not."""
    if isinstance(value, str):
        return value.lower() not in ("", "0", "false")
    return bool(value)


def flag(value: Any) -> int:
    """Return 1 or 0."""
    return int(truth(value))


def instant(value: Any) -> str | None:
    """Return a date-time in Upsales's spelling; a bare date means midnight in Stockholm, nonsense is null."""
    if not isinstance(value, str):
        return None
    try:
        if _BARE_DATE.fullmatch(value):
            return utc_text(datetime.combine(date.fromisoformat(value), time(), STOCKHOLM))
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM))


def day(value: Any) -> str | None:
    """Return a date as YYYY-MM-DD; of a date-time its Stockholm date, of nonsense null."""
    moment = instant(value)
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(STOCKHOLM).date().isoformat()


def as_is(value: Any) -> Any:
    """Return a JSON value untouched."""
    return value


def array(value: Any) -> list[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def reference(value: Any) -> dict[str, int] | None:
    """Return `{"id": n}`; plain whole numbers were accepted by older clients (FACTS.md 1.7)."""
    found = value.get("id") if isinstance(value, dict) else value
    if isinstance(found, bool) or found in (None, "", 0):
        return None
    identity = integer(found)
    return {"id": identity} if identity else None


def references(value: Any) -> list[dict[str, int]]:
    """Return a list of references, without those that are none."""
    found = [reference(part) for part in array(value)]
    return [part for part in found if part is not None]


def decimal_text(value: str) -> Decimal | None:
    """Return the number a text is wholly made of, or None."""
    return Decimal(value) if _NUMBER.fullmatch(value) else None
