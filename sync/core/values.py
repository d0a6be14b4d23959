"""Single values as providers write them: a number, a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from mappings.money import ZERO, decimal
from sync.core.types import Payload


def number(payload: Payload, name: str) -> Decimal:
    """Return a field's number, zero where there is none."""
    return decimal(payload.get(name)) or ZERO


def day(value: Any) -> date | None:
    """Return the date of a date or a time in ISO form, None where there is none."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
