"""Values as Salesforce writes them (FACTS.md 3.7)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def stamp(value: Any) -> datetime | None:
    """Read a datetime: its offset has no colon, as in 2024-09-09T20:41:31.000+0000."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC) if value else None
    except ValueError:
        return None


def same(present: Any, wanted: Any) -> bool:
    """Return whether a field says already what would be written: '' is kept as null, 10 is 10.00."""
    return bool(_kept(present) == _kept(wanted))


def _kept(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return str(value).strip() or None
