"""Single values as providers write them: a number, a day."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from mappings.money import LARGEST, ZERO, decimal, ore, too_large
from mappings.organisation_numbers import organisation_digits, swedish_number
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
