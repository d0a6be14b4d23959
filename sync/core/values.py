"""Single values as providers write them: a number, a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from mappings.money import LARGEST, ZERO, decimal, too_large
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
